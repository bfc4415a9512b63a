// A socket's timeout alone does not keep the loop.
// kinds: plain
'use strict';

const { net, record, run, trace } = require('../harness.cjs');

run(() => {
  const sock = new net.Socket();
  record(sock, 'C', 'timeout close');
  sock.setTimeout(300);
  trace('C', 'set');
});
