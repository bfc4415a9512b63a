// end() on a socket that was never connected: it finishes and stays.
// kinds: plain
'use strict';

const { answer, net, record, run, state, trace } = require('../harness.cjs');

run(() => {
  const sock = new net.Socket();
  record(sock, 'C', 'prefinish finish end error close');
  sock.end(answer('C', 'end callback'));
  trace('C', 'after end', state(sock));
  setTimeout(() => trace('C', 'later', state(sock)), 20);
});
