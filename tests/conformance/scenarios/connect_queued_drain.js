// Enough queued before the connection: write() is False, 'drain' comes between 'connect' and 'ready'.
// kinds: tcp unix
'use strict';

const { answer, connect, listen, net, record, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => {
    record(sock, 'S', 'data end close');
    server.close();
  });
  listen(server, () => {
    const client = connect(server);
    record(client, 'C', 'connect ready drain finish end close');
    trace('C', 'small', client.write('x', answer('C', 'small callback')));
    trace('C', 'big', client.write(Buffer.alloc(65535, 'y'), answer('C', 'big callback')));
    client.on('drain', () => client.end());
    client.resume();
  });
});
