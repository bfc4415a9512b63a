// Ticks run after all listeners of an event that the loop emits, before the next event.
// kinds: tcp unix
'use strict';

const { connect, listen, net, record, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => {
    sock.end();
    sock.resume();
    server.close();
  });
  listen(server, () => {
    const client = connect(server);
    client.on('connect', () => {
      trace('C', 'first listener');
      process.nextTick(() => trace('C', 'tick'));
    });
    client.on('connect', () => trace('C', 'second listener'));
    client.on('ready', () => trace('C', 'ready'));
    record(client, 'C', 'end close');
    client.resume();
  });
});
