// error, emitted by hand, is an event and no more: the server goes on.
// kinds: tcp unix
'use strict';

const { connect, listen, net, record, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => {
    trace('srv', 'connection');
    sock.destroy();
    server.close();
  });
  record(server, 'srv', 'error close');
  listen(server, () => {
    trace('srv', 'emitted', server.emit('error', new Error('by hand')), server.listening);
    connect(server).resume();
  });
});
