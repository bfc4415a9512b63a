// maxConnections 0 drops every connection.
// kinds: tcp unix
'use strict';

const { connect, listen, net, note, record, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer(note('srv', 'connection'));
  server.maxConnections = 0;
  server.on('drop', () => trace('srv', 'drop'));
  listen(server, () => {
    const client = connect(server);
    record(client, 'C', 'connect end error close');
    client.resume();
    client.on('close', () => server.close());
  });
});
