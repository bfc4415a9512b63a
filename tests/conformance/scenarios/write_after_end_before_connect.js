// end(data), then write() before the connection is there.
// kinds: tcp unix
'use strict';

const { answer, connect, listen, net, record, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => sock.on('error', () => {}).resume());
  listen(server, () => {
    const client = connect(server, {});
    record(client, 'C', 'connect ready prefinish finish error close');
    client.write('first', answer('C', 'first'));
    client.end('last', answer('C', 'end callback'));
    client.on('connect', () => {
      trace('C', 'write', client.write('late', answer('C', 'late')));
      process.nextTick(() => trace('C', 'tick'));
    });
    client.on('close', () => server.close());
  });
});
