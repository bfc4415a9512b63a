// A server that echoes from 'readable', attached in its connection listener.
// kinds: tcp unix
'use strict';

const { connect, listen, net, record, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => {
    sock.on('readable', () => {
      const chunk = sock.read();
      trace('S', 'read', chunk);
      if (chunk !== null)
        sock.write(chunk);
    });
    record(sock, 'S', 'end finish close');
    server.close();
  });
  listen(server, () => {
    const client = connect(server);
    client.on('data', (chunk) => {
      trace('C', 'answer', chunk);
      if (chunk.toString() === 'ping 2')
        client.end();
      else
        client.write('ping 2');
    });
    record(client, 'C', 'end finish close');
    client.write('ping 1');
  });
});
