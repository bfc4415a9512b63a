// destroy() of a fresh socket: destroyed at once, 'close' on a later tick, no 'error'.
// kinds: plain
'use strict';

const { net, record, run, state, trace } = require('../harness.cjs');

run(() => {
  const sock = new net.Socket();
  record(sock, 'C', 'error finish end close');
  trace('C', 'returns itself', sock.destroy() === sock);
  trace('C', 'after destroy', state(sock));
});
