// Two calls of listen() with a path in one step, and one after a call that failed.
// kinds: plain
'use strict';

const { attempt, net, note, place, record, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer();
  record(server, 'srv', 'listening close error');
  server.listen(place('s.sock'), note('srv', 'first callback'));
  attempt('srv', 'second', () => server.listen(place('t.sock'), note('srv', 'second callback')));
  const other = net.createServer();
  record(other, 'other', 'listening close');
  other.on('error', (err) => trace('other', 'error', err.code));
  other.listen('missing/s.sock', note('other', 'first callback'));
  attempt('other', 'second', () => other.listen(place('t.sock'), note('other', 'second callback')));
  setTimeout(() => {
    server.close();
    other.close();
  }, 30);
});
