// A write before the connection takes its turn among the 'connect' listeners: between those before it and after it.
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
    const client = connect(server, {}, () => trace('C', 'first listener', queue(client)));
    client.resume();
    client.write('early', answer('C', 'write callback'));
    client.on('connect', () => {
      trace('C', 'second listener', queue(client));
      client.end();
    });
  });
});
