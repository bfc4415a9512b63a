// The option defaultEncoding: as setDefaultEncoding(), from the first write on; an unknown name is refused.
// kinds: tcp unix
'use strict';

const { attempt, connect, listen, net, record, run } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => {
    record(sock, 'S', 'data end');
    server.close();
  });
  attempt('main', 'unknown', () => new net.Socket({ defaultEncoding: 'no-such' }));
  listen(server, () => {
    const client = connect(server, { defaultEncoding: 'hex' });
    client.resume();
    client.write('71756575');
    client.write('e', 'utf8');
    client.on('ready', () => client.end('64'));
  });
});
