// errored after destroy() while connecting, with end() that waits and no callback.
// kinds: tcp unix
'use strict';

const { finished } = require('node:stream');
const { answer, connect, listen, net, record, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => sock.on('error', () => {}).resume());
  listen(server, () => {
    const client = connect(server, {});
    record(client, 'C', 'connect prefinish finish error close');
    finished(client, { readable: false }, answer('C', 'finished writing'));
    client.end();
    client.destroy();
    trace('C', 'destroyed', client.errored, client.writableLength);
    client.on('close', () => {
      trace('C', 'closed', client.errored, client.writableLength);
      setImmediate(() => trace('C', 'later', client.errored, client.writableLength));
      server.close();
    });
  });
});
