// Servers and sockets that were only made keep nothing alive.
// kinds: plain
'use strict';

const { net, run, trace } = require('../harness.cjs');

run(() => {
  net.createServer();
  new net.Socket();
  new net.Socket().pause();
  trace('main', 'made');
});
