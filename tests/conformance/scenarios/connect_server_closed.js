// connect() and close() of the server in one step.
// kinds: tcp unix
'use strict';

const { connect, listen, net, record, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => trace('srv', 'connection'));
  listen(server, () => setImmediate(() => {
    const client = connect(server, {});
    record(client, 'C', 'connect ready error end finish close');
    server.close();
  }));
});
