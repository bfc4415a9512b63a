// destroy() in a listener of 'connect' that stands behind the writes that wait.
// kinds: tcp unix
'use strict';

const { answer, connect, listen, net, record, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => sock.on('error', () => {}).resume());
  listen(server, () => {
    const client = connect(server, {});
    client.write('first', answer('C', 'first'));
    client.write('second', answer('C', 'second'));
    client.end(answer('C', 'end callback'));
    client.on('connect', () => {
      client.destroy();
      process.nextTick(() => trace('C', 'tick', client.errored));
    });
    record(client, 'C', 'connect ready prefinish finish error close');
    client.on('close', () => server.close());
  });
});
