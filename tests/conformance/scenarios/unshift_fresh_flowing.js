// unshift() on a socket that was never connected, with a 'data' listener.
// kinds: plain
'use strict';

const { net, run, trace } = require('../harness.cjs');

run(() => {
  const client = new net.Socket();
  client.on('data', (chunk) => trace('C', 'data', chunk));
  client.on('resume', () => trace('C', 'resume'));
  trace('C', 'unshift', client.unshift('back'), client.readableLength);
  process.nextTick(() => trace('C', 'tick', client.readableLength));
});
