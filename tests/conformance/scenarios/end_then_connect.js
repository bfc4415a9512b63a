// A socket that ended before it ever connected is whole again after connect().
// kinds: tcp unix
'use strict';

const { listen, net, record, run, state, trace, where } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => {
    record(sock, 'S', 'data end close');
    server.close();
  });
  const client = new net.Socket();
  record(client, 'C', 'connect prefinish finish end close');
  client.resume();
  client.end();
  client.once('finish', () => listen(server, () => {
    client.connect(where(server), () => client.end('data after all'));
    trace('C', 'after connect', state(client));
  }));
});
