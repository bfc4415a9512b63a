// listen() on a server that is bound raises at once; the callback is not kept, the server goes on.
// kinds: tcp unix
'use strict';

const { attempt, connect, listen, net, note, place, record, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer();
  record(server, 'srv', 'listening close error');
  listen(server, () => {
    attempt('srv', 'again', () => listen(server, note('srv', 'callback'), place('other.sock')));
    attempt('srv', 'path', () => server.listen(place('third.sock')));
    attempt('srv', 'nothing', () => server.listen());
    trace('srv', 'after', server.listening, server.listenerCount('listening'));
    connect(server, {}, () => trace('C', 'connected')).resume();
  });
  server.on('connection', (sock) => {
    sock.destroy();
    server.close();
  });
});
