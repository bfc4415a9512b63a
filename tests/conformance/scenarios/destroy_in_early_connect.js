// destroy(err) in a listener of 'connect' that stands before the writes that wait.
// kinds: tcp unix
'use strict';

const { answer, connect, listen, net, record, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => sock.on('error', () => {}).resume());
  listen(server, () => {
    const client = connect(server, {});
    client.on('connect', () => {
      client.destroy(new Error('boom'));
      process.nextTick(() => trace('C', 'tick'));
    });
    client.write('first', answer('C', 'first'));
    client.write('second', answer('C', 'second'));
    client.end(answer('C', 'end callback'));
    record(client, 'C', 'connect ready prefinish finish error close');
    client.on('close', () => server.close());
  });
});
