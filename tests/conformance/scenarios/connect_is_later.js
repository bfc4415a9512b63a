// connect() to an address: nothing is emitted in the turn of the call.
// kinds: tcp
'use strict';

const { connect, listen, net, record, run, state, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => sock.destroy());
  listen(server, () => {
    const client = connect(server);
    trace('C', 'after connect', state(client));
    process.nextTick(() => trace('C', 'tick', state(client)));
    record(client, 'C', 'connect close');
    client.resume();
    client.on('close', () => server.close());
  });
});
