// unshift() before connect(): comes before what is received.
// kinds: tcp unix
'use strict';

const { listen, net, record, run, trace, where } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => {
    record(sock, 'S', 'data');
    sock.on('error', () => {});
    sock.write('hello');
  });
  listen(server, () => {
    const client = new net.Socket();
    record(client, 'C', 'connect ready error close');
    client.unshift('first ');
    client.connect(where(server));
    trace('C', 'length', client.readableLength, client.read(2));
    client.on('ready', () => setTimeout(() => {
      trace('C', 'length', client.readableLength, client.readableDidRead);
      client.on('data', (chunk) => trace('C', 'data', chunk));
    }, 20));
    setTimeout(() => {
      client.destroy();
      server.close();
    }, 40);
  });
});
