// What was set on a socket holds for its next connection: the encoding, the timeout, allowHalfOpen.
// kinds: tcp unix
'use strict';

const { listen, net, run, state, trace, where } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => sock.end('text').resume());
  listen(server, () => {
    let rounds = 0;
    const client = new net.Socket({ allowHalfOpen: true });
    client.setEncoding('utf8').setTimeout(5000);
    client.on('data', (chunk) => trace('C', 'data', typeof chunk === 'string'));
    client.on('end', () => {
      trace('C', 'end', state(client), client.timeout, client.allowHalfOpen);
      client.end();
    });
    client.on('close', () => {
      rounds += 1;
      if (rounds === 2)
        return server.close();
      client.connect(where(server));
      trace('C', 'again', client.timeout, client.readableEncoding);
    });
    client.connect(where(server));
  });
});
