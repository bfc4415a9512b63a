// resetAndDestroy() while connecting with a write that waits.
// kinds: tcp
'use strict';

const { answer, connect, listen, net, record, run, state, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => {
    record(sock, 'S', 'data end error close');
  });
  listen(server, () => {
    const client = connect(server, {});
    record(client, 'C', 'connect ready error end finish close');
    client.write('waiting', answer('C', 'write callback'));
    client.resetAndDestroy();
    trace('C', 'state', state(client));
    client.on('close', () => setTimeout(() => server.close(), 20));
  });
});
