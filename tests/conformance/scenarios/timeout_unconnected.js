// 'timeout' comes on a socket that was never connected, too.
// kinds: plain
'use strict';

const { net, record, run, state, trace } = require('../harness.cjs');

run(() => {
  const sock = new net.Socket();
  record(sock, 'C', 'timeout close');
  sock.setTimeout(20);
  setTimeout(() => trace('C', 'later', state(sock)), 100);
});
