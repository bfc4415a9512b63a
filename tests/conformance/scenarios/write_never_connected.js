// write() on a socket that was never connected: the callback, 'error', 'close'.
// kinds: plain
'use strict';

const { answer, net, record, run, state, trace } = require('../harness.cjs');

run(() => {
  const sock = new net.Socket();
  record(sock, 'C', 'finish error close');
  trace('C', 'write', sock.write('x', answer('C', 'write callback')));
  trace('C', 'after write', state(sock));
});
