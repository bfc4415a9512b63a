// close() while the name is looked up: the server never listens.
// kinds: plain
'use strict';

const { answer, net, note, record, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer();
  record(server, 'srv', 'listening close error');
  server.listen(0, 'localhost', note('srv', 'callback'));
  server.close(answer('srv', 'close callback'));
  setTimeout(() => trace('srv', 'later', server.listening, server.address()), 100);
});
