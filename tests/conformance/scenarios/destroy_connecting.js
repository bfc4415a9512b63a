// destroy() while connecting: only 'close', and the connect listener never runs.
// kinds: tcp unix
'use strict';

const { connect, listen, net, note, record, run, settle, state, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => sock.on('error', () => {}).resume());
  listen(server, () => {
    const client = connect(server, {}, note('C', 'connect listener'));
    record(client, 'C', 'connect ready error end finish close');
    client.destroy();
    trace('C', 'after destroy', state(client));
    client.on('close', () => settle(() => server.close()));
  });
});
