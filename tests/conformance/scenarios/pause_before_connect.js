// pause() before the connection: nothing is read until resume().
// kinds: tcp unix
'use strict';

const { connect, listen, net, record, run, settle, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => {
    sock.end('early');
    server.close();
  });
  listen(server, () => {
    const client = connect(server);
    client.pause();
    record(client, 'C', 'connect data end close');
    client.on('connect', () => settle(() => {
      trace('C', 'settled', client.isPaused());
      client.resume();
    }));
  });
});
