// An exception in a 'connect' listener: uncaught, no 'ready', and the socket stays open.
// kinds: tcp unix
'use strict';

const { connect, listen, net, record, run, state, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => {
    sock.on('error', () => {}).resume();
    server.close();
  });
  listen(server, () => {
    const client = connect(server);
    client.on('connect', () => {
      throw new Error('in connect');
    });
    record(client, 'main/C', 'connect ready error end close');
    setTimeout(() => {
      trace('main', 'later', state(client));
      client.destroy();
    }, 60);
  });
});
