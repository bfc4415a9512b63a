// Writes that waited for the connection leave as a batch, and destroy(err) comes while it is under way.
// kinds: tcp unix
'use strict';

const { answer, connect, listen, net, record, run } = require('../harness.cjs');

run(() => {
  const server = net.createServer({ pauseOnConnect: true }, (sock) => {
    sock.on('error', () => {});
    setTimeout(() => sock.destroy(), 40);
  });
  listen(server, () => {
    const client = connect(server, {});
    record(client, 'C', 'error close');
    client.write('one', answer('C', 'one'));
    client.write(Buffer.alloc(10000000), answer('C', 'two'));
    client.write(Buffer.alloc(10000000), answer('C', 'three'));
    client.on('ready', () => setImmediate(() => {
      client.write('four', answer('C', 'four'));
      client.destroy(new Error('boom'));
    }));
    client.on('close', () => server.close());
  });
});
