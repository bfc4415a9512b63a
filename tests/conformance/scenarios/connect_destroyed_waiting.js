// destroy(err) while connecting, the first write without a callback: the error of each waiting callback.
// kinds: tcp unix
'use strict';

const { answer, connect, listen, net, record, run } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => sock.on('error', () => {}).resume());
  listen(server, () => {
    const client = connect(server, {});
    record(client, 'C', 'error close');
    client.write('one');
    client.write('two', answer('C', 'two'));
    client.end('three', answer('C', 'end callback'));
    client.destroy(new Error('boom'));
    client.on('close', () => server.close());
  });
});
