// The client writes, ends with data, both read: the events of each side.
// kinds: tcp unix
'use strict';

const { answer, connect, listen, net, record, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => {
    record(sock, 'S', 'data end prefinish finish error close');
    server.close();
  });
  listen(server, () => {
    const client = connect(server, {}, () => trace('C', 'connect listener'));
    record(client, 'C', 'connect ready data end prefinish finish error close');
    client.write('hi', answer('C', 'write callback'));
    client.end('bye', answer('C', 'end callback'));
  });
});
