// A socket made with a signal that is aborted already.
// kinds: plain
'use strict';

const { EVENTS } = require('../connecting.cjs');
const { net, record, run, state, trace } = require('../harness.cjs');

run(() => {
  const sock = new net.Socket({ signal: AbortSignal.abort() });
  trace('C', 'made', state(sock));
  record(sock, 'C', EVENTS);
  sock.on('error', (err) => trace('C', 'error', err.name, err.message));
});
