// listen() with a signal that is aborted already: bound at once, but closed on the next tick, with no listening.
// kinds: plain
'use strict';

const { answer, net, note, record, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer();
  record(server, 'srv', 'listening close error');
  server.listen({ port: 0, signal: AbortSignal.abort() }, note('srv', 'callback'));
  trace('srv', 'returned', server.listening);
  process.nextTick(() => trace('srv', 'a tick later', server.listening));
  setImmediate(() => server.close(answer('srv', 'close callback')));
});
