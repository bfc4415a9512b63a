// connection, emitted by hand with a socket of one's own.
// kinds: plain
'use strict';

const { net, note, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => trace('srv', 'connection', sock instanceof net.Socket, sock.server));
  trace('srv', 'emitted', server.emit('connection', new net.Socket()));
  server.getConnections(note('srv', 'connections'));
});
