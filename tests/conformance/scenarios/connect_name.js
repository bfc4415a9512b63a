// connect() to a name: 'lookup' with the address, then 'connect'.
// kinds: tcp
'use strict';

const { connect, listen, net, record, run, state, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => sock.destroy());
  listen(server, () => {
    const client = connect(server, { host: 'localhost', family: 4 });
    record(client, 'C', 'lookup connect ready close');
    trace('C', 'after connect', state(client));
    client.on('lookup', () => trace('C', 'state in lookup', state(client)));
    client.resume();
    client.on('close', () => server.close());
  });
});
