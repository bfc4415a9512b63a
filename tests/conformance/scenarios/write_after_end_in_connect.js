// end(), then write() in 'connect'.
// kinds: tcp unix
'use strict';

const { answer, connect, listen, net, record, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => sock.on('error', () => {}).resume());
  listen(server, () => {
    const client = connect(server, {});
    record(client, 'C', 'connect ready prefinish finish error close');
    client.on('connect', () => {
      client.end(answer('C', 'end callback'));
      trace('C', 'write', client.write('late', answer('C', 'write callback')));
      process.nextTick(() => trace('C', 'tick'));
    });
    client.on('close', () => server.close());
  });
});
