// The same with a path, which is gone again.
// kinds: unix
'use strict';

const fs = require('node:fs');
const { net, note, place, record, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer();
  record(server, 'srv', 'listening close error');
  server.listen({ path: place('s.sock'), signal: AbortSignal.abort() }, note('srv', 'callback'));
  trace('srv', 'returned', server.listening, fs.existsSync('s.sock'));
  server.on('close', () => trace('srv', 'closed', server.listening, fs.existsSync('s.sock')));
});
