// connect() to an address: 'connectionAttempt' before 'connect'.
// kinds: tcp
'use strict';

const { connect, listen, net, record, run, state, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => sock.destroy());
  listen(server, () => {
    const client = connect(server);
    record(client, 'C', 'lookup connectionAttempt connectionAttemptFailed connect ready close');
    client.on('connectionAttempt', () => trace('C', 'state', state(client)));
    client.resume();
    client.on('close', () => server.close());
  });
});
