// cork() before connect(): the connection begins corked.
// kinds: tcp unix
'use strict';

const { answer, listen, net, record, run, trace, where } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => {
    record(sock, 'S', 'data');
    sock.on('error', () => {});
    sock.write('hello');
  });
  listen(server, () => {
    const client = new net.Socket();
    record(client, 'C', 'connect ready error close');
    client.cork();
    client.connect(where(server));
    client.write('x', answer('C', 'write callback'));
    client.on('ready', () => setImmediate(() => {
      trace('C', 'corked', client.writableCorked, client.writableLength);
      client.uncork();
    }));
    setTimeout(() => {
      client.destroy();
      server.close();
    }, 40);
  });
});
