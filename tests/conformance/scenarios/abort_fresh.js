// A signal that is aborted before its socket connects.
// kinds: plain
'use strict';

const { EVENTS } = require('../connecting.cjs');
const { net, record, run, state, trace } = require('../harness.cjs');

run(() => {
  const controller = new AbortController();
  const sock = new net.Socket({ signal: controller.signal });
  record(sock, 'C', EVENTS);
  trace('C', 'before', state(sock));
  controller.abort();
  trace('C', 'after', state(sock), sock.errored !== null);
});
