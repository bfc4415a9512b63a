// destroy(err), then connect() in one step: 'close' of the connection that failed says so.
// kinds: tcp unix
'use strict';

const { connect, listen, net, record, run, where } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => sock.on('error', () => {}).resume());
  listen(server, () => {
    const client = connect(server, {}, () => setImmediate(() => {
      client.destroy(new Error('boom'));
      client.connect(where(server));
      client.once('connect', () => setTimeout(() => {
        client.once('close', () => server.close());
        client.destroy();
      }, 20));
    }));
    record(client, 'C', 'error close');
  });
});
