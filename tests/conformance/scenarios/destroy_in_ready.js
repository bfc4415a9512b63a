// destroy() in the 'ready' listener: only 'close' follows.
// kinds: tcp unix
'use strict';

const { connect, listen, net, record, run } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => {
    sock.on('error', () => {}).resume();
    server.close();
  });
  listen(server, () => {
    const client = connect(server);
    record(client, 'C', 'connect ready data error end finish close');
    client.on('ready', () => client.destroy());
  });
});
