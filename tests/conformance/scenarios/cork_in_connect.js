// cork() and uncork() in a 'connect' listener while a write from before the connection still waits.
// kinds: tcp unix
'use strict';

const { answer, connect, listen, net, record, run, trace } = require('../harness.cjs');
const { queue } = require('../writing.cjs');

run(() => {
  const server = net.createServer((sock) => {
    record(sock, 'S', 'data end close');
    server.close();
  });
  listen(server, () => {
    const client = connect(server, {}, () => {
      client.cork();
      client.write('second ', answer('C', 'second callback'));
      trace('C', 'corked', queue(client));
      client.uncork();
      trace('C', 'uncorked', queue(client));
      client.write('third', answer('C', 'third callback'));
      trace('C', 'written', queue(client));
    });
    client.resume();
    client.write('first ', answer('C', 'first callback'));
    client.on('ready', () => {
      trace('C', 'ready', queue(client));
      client.end();
    });
  });
});
