// destroy(error) of a fresh socket: 'error' with that very error, then 'close'.
// kinds: plain
'use strict';

const { net, run, state, trace } = require('../harness.cjs');

run(() => {
  const sock = new net.Socket();
  const reason = new Error('enough');
  sock.on('error', (err) => trace('C', 'the very error', err === reason));
  sock.on('close', () => trace('C', 'close'));
  sock.destroy(reason);
  trace('C', 'after destroy', state(sock));
});
