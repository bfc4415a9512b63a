// connect() to a path tries at once: 'connectionAttempt' comes before it returns.
// kinds: unix
'use strict';

const { listen, net, record, run, trace, where } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => sock.destroy());
  listen(server, () => {
    const client = new net.Socket();
    record(client, 'C', 'lookup connectionAttempt connectionAttemptFailed connect ready close');
    client.connect(where(server));
    trace('C', 'after connect');
    client.resume();
    client.on('close', () => server.close());
  });
});
