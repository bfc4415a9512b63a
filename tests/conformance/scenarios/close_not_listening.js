// close() of a server that never listened: 'close' all the same, and the callback gets the error.
// kinds: plain
'use strict';

const { answer, net, record, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer();
  record(server, 'srv', 'close error');
  server.close(answer('srv', 'callback'));
  trace('srv', 'after close');
});
