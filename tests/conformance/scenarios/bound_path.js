// BoundSocket with a path: the file is there at once and gone after close(); what cannot be bound raises.
// kinds: plain
// only: linux
'use strict';

const fs = require('node:fs');
const { attempt, net, run, trace } = require('../harness.cjs');

run(() => {
  const bound = new net.BoundSocket({ path: 'b.sock' });
  trace('main', 'bound', bound.address(), bound.isPipe, fs.existsSync('b.sock'));
  attempt('main', 'again', () => new net.BoundSocket({ path: 'b.sock' }));
  bound.close();
  trace('main', 'closed', bound.isPipe, fs.existsSync('b.sock'));
  fs.writeFileSync('file', '');
  for (const path of ['file', 'nowhere/b.sock', 'x'.repeat(120), 'a\0b'])
    attempt('main', String(path.length), () => new net.BoundSocket({ path }));
  trace('main', 'file', fs.existsSync('file'));
  const hidden = new net.BoundSocket({ path: `\0bound-path-${process.pid}` });
  trace('main', 'abstract', hidden.isPipe, hidden.address() === `\0bound-path-${process.pid}`);
  hidden.close();
});
