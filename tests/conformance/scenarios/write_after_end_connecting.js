// write() after end() while connecting: the socket errors, and what was queued is lost with it.
// kinds: tcp unix
'use strict';

const { connect, listen, net, record, run, settle, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => sock.on('error', () => {}).resume());
  listen(server, () => {
    const client = connect(server);
    const told = (label) => (err) => trace('C', label, err.code);
    record(client, 'C', 'connect prefinish finish error close');
    client.write('queued', told('queued callback'));
    client.end(told('end callback'));
    trace('C', 'late', client.write('late', told('late callback')));
    client.on('close', () => settle(() => server.close()));
  });
});
