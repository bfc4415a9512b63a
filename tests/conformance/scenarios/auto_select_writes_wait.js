// What is written before the connection reaches the address that works.
// kinds: tcp
// only: linux
'use strict';

const { named, outgoing } = require('../connecting.cjs');
const { answer, listen, net, record, run, trace, where } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => {
    record(sock, 'S', 'data end close');
    server.close();
  });
  listen(server, () => {
    const client = outgoing(named(where(server), '127.0.0.2', '127.0.0.1'));
    trace('C', 'write', client.write('one ', answer('C', 'one')), client.bytesWritten);
    trace('C', 'write', client.write('two ', answer('C', 'two')), client.bytesWritten);
    client.on('ready', () => client.end('three', answer('C', 'three')));
  });
});
