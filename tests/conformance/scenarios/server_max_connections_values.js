// Values of maxConnections, and what is kept of them.
// kinds: plain
'use strict';

const { net, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer();
  for (const value of [0, 1, 1000000, null, 2, -1])
    trace('srv', 'set', value, (server.maxConnections = value) === value, server.maxConnections);
});
