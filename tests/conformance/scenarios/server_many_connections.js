// Thirty connections: all are counted, and close comes after the last of them.
// kinds: tcp unix
'use strict';

const { answer, connect, listen, net, note, record, run, settle, trace } = require('../harness.cjs');

run(() => {
  const MANY = 30;
  const socks = [];
  const server = net.createServer((sock) => {
    socks.push(sock);
    if (socks.length < MANY)
      return;
    server.getConnections(note('srv', 'connections'));
    server.close(answer('srv', 'callback'));
    socks.slice(1).forEach((each) => each.destroy());
    settle(() => server.getConnections((err, count) => {
      trace('srv', 'connections', count);
      socks[0].destroy();
      trace('srv', 'destroyed');
    }));
  });
  record(server, 'srv', 'close');
  listen(server, () => {
    for (let i = 0; i < MANY; i++)
      connect(server).resume();
  });
});
