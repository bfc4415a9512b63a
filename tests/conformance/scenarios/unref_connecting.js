// An unref'd socket: the connection under way is still made, then nothing holds the loop.
// kinds: tcp unix
'use strict';

const { connect, listen, net, record, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => sock.unref());
  server.unref();
  listen(server, () => {
    const client = connect(server);
    record(client, 'C', 'connect ready close');
    client.unref();
    trace('C', 'unref');
  });
});
