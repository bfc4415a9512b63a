// write() and end() on a socket that was never connected: what the calls leave.
// kinds: plain
'use strict';

const { answer, net, record, run, trace } = require('../harness.cjs');

run(() => {
  const client = new net.Socket();
  record(client, 'C', 'prefinish finish error');
  client.on('close', () => trace('C', 'close'));
  const flags = (when) => trace('C', when, client.errored, client.writable, client.writableEnded, client.writableLength,
    client.bytesWritten, client.readable, client.destroyed);
  client.write('one', answer('C', 'one'));
  flags('written');
  trace('C', 'write', client.write('two', answer('C', 'two')));
  trace('C', 'empty', client.write('', answer('C', 'empty')));
  client.end('three', answer('C', 'end callback'));
  flags('ended');
  process.nextTick(() => flags('tick'));
});
