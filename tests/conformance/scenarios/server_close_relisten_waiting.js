// listen() again while a connection of the first time is open: close of the first time comes when both are closed.
// kinds: tcp unix
'use strict';

const { answer, connect, listen, net, place, record, run, settle, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => {
    trace('srv', 'connection');
    server.close(answer('srv', 'first close'));
    listen(server, () => {
      trace('srv', 'listening again');
      sock.destroy();
      settle(() => server.close(answer('srv', 'second close')));
    }, place('other.sock'));
  });
  record(server, 'srv', 'listening close');
  listen(server, () => connect(server).resume());
});
