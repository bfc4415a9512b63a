// A write in the 'connect' listener of an idle socket: its callback comes after 'ready'.
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
    record(client, 'C', 'connect ready finish end close');
    client.on('connect', () => trace('C', 'write', client.write('hello', answer('C', 'write callback'))));
    client.on('ready', () => setImmediate(() => client.end()));
    client.resume();
  });
});
