// destroy() in the 'connect' listener: 'ready' still comes, then 'close'.
// kinds: tcp unix
'use strict';

const { connect, listen, net, record, run, state, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => {
    sock.on('error', () => {}).resume();
    server.close();
  });
  listen(server, () => {
    const client = connect(server);
    client.on('connect', () => client.destroy());
    record(client, 'C', 'connect ready error end finish close');
    client.on('ready', () => trace('C', 'state', state(client)));
  });
});
