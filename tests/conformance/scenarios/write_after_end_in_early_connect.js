// end() and write() in a listener of 'connect' that stands before a write that waits.
// kinds: tcp unix
'use strict';

const { answer, connect, listen, net, record, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => sock.on('error', () => {}).resume());
  listen(server, () => {
    const client = connect(server, {});
    client.on('connect', () => {
      client.end(answer('C', 'end callback'));
      trace('C', 'write', client.write('late', answer('C', 'late')));
      process.nextTick(() => trace('C', 'tick'));
    });
    client.write('first', answer('C', 'first'));
    client.write('second', answer('C', 'second'));
    record(client, 'C', 'connect ready prefinish finish error close');
    client.on('close', () => server.close());
  });
});
