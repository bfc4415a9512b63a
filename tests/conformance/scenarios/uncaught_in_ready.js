// An exception in the 'ready' listener: uncaught.
// kinds: tcp unix
'use strict';

const { connect, listen, net, record, run, state, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => {
    sock.end('x');
    server.close();
  });
  listen(server, () => {
    const client = connect(server);
    client.on('ready', () => {
      throw new Error('in ready');
    });
    record(client, 'main/C', 'connect ready data end error close');
    setTimeout(() => {
      trace('main', 'later', state(client));
      client.destroy();
    }, 60);
  });
});
