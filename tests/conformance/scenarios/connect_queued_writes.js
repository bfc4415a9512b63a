// Writes before the connection: counted at once, sent in order, answered in order.
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
    trace('C', 'first', client.write('one ', answer('C', 'first callback')), client.bytesWritten);
    trace('C', 'second', client.write('two ', answer('C', 'second callback')), client.bytesWritten);
    client.on('ready', () => client.end('three', answer('C', 'end callback')));
    client.resume();
  });
});
