// A path longer than the system takes: an 'error' EINVAL on both sides, never cut short.
// kinds: unix
'use strict';

const { net, note, record, run, trace } = require('../harness.cjs');

run(() => {
  const long = 'x'.repeat(150);
  const server = net.createServer();
  server.on('error', (err) => trace('srv', 'error', err.code, err.syscall));
  server.on('listening', note('srv', 'listening'));
  server.listen(long);
  const client = net.connect(long);
  client.on('error', (err) => trace('C', 'error', err.code, err.syscall));
  record(client, 'C', 'connect close');
});
