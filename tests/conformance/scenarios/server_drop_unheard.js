// A connection is dropped also when nobody listens to drop.
// kinds: tcp unix
'use strict';

const { connect, listen, net, note, record, run } = require('../harness.cjs');

run(() => {
  const server = net.createServer(note('srv', 'connection'));
  server.maxConnections = 0;
  record(server, 'srv', 'close error');
  listen(server, () => {
    const client = connect(server);
    record(client, 'C', 'connect ready end error close');
    client.resume().on('close', () => server.close());
  });
});
