// Wrong times for setTimeout() raise.
// kinds: plain
'use strict';

const { attempt, net, run } = require('../harness.cjs');

run(() => {
  const sock = new net.Socket();
  attempt('C', 'text', () => sock.setTimeout('20'));
  attempt('C', 'negative', () => sock.setTimeout(-1));
  attempt('C', 'infinite', () => sock.setTimeout(Infinity));
  attempt('C', 'callback', () => sock.setTimeout(20, 'callback'));
  sock.destroy();
});
