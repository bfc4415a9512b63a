// close() while the name to listen on is looked up: the server never listens.
// kinds: tcp
'use strict';

const { answer, net, note, record, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer();
  record(server, 'srv', 'listening close error');
  server.listen(0, 'localhost', note('srv', 'listen callback'));
  server.close(answer('srv', 'close callback'));
  setTimeout(() => trace('srv', 'later', server.listening, server.address()), 100);
});
