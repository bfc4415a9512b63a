// destroy(error) while connecting: 'error', then 'close' with true.
// kinds: tcp unix
'use strict';

const { connect, listen, net, record, run, settle } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => sock.on('error', () => {}).resume());
  listen(server, () => {
    const client = connect(server);
    record(client, 'C', 'connect ready error end finish close');
    client.destroy(new Error('changed my mind'));
    client.on('close', () => settle(() => server.close()));
  });
});
