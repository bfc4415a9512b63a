// The same for a socket that dies before it connects: the callbacks come between the 'close' listeners.
// kinds: tcp unix
'use strict';

const { connect, listen, net, run, settle, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => sock.on('error', () => {}).resume());
  listen(server, () => {
    const client = connect(server);
    client.on('close', () => trace('C', 'first listener'));
    client.write('early', (err) => trace('C', 'first callback', err.code));
    client.write('too', (err) => trace('C', 'second callback', err.code));
    client.on('close', () => {
      trace('C', 'second listener');
      settle(() => server.close());
    });
    client.destroy();
  });
});
