// connect() on a destroyed socket with data that was never read.
// kinds: tcp unix
'use strict';

const { connect, listen, net, run, settle, trace, where } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => {
    sock.on('error', () => {}).resume();
    sock.write('hello');
  });
  listen(server, () => {
    const client = connect(server, {});
    client.on('readable', () => {});
    settle(() => {
      trace('C', 'length', client.readableLength);
      client.removeAllListeners('readable');
      client.destroy();
      client.once('close', () => {
        trace('C', 'closed', client.readableLength);
        client.connect(where(server));
        trace('C', 'again', client.readableLength, client.readableFlowing);
        client.once('connect', () => setTimeout(() => {
          trace('C', 'read', client.readableLength, client.read());
          client.once('close', () => server.close());
          client.destroy();
        }, 30));
      });
    });
  });
});
