// setTimeout() of a connection that was destroyed does not fire in the next one.
// kinds: tcp unix
'use strict';

const { connect, listen, net, record, run, trace, where } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => sock.on('error', () => {}).resume());
  listen(server, () => {
    const client = connect(server, {});
    record(client, 'C', 'connect timeout close');
    client.once('connect', () => {
      client.setTimeout(30);
      client.destroy();
    });
    client.once('close', () => {
      client.connect(where(server));
      trace('C', 'timeout is', client.timeout);
      client.once('connect', () => setTimeout(() => {
        client.once('close', () => server.close());
        client.destroy();
      }, 120));
    });
  });
});
