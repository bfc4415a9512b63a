// A server that never listened: what it is, and what its methods do.
// kinds: plain
'use strict';

const { answer, net, note, record, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer();
  trace('srv', 'listening', server.listening, server.address());
  trace('srv', 'maxConnections', server.maxConnections, Boolean(server.dropMaxConnection));
  trace('srv', 'listeners', server.listenerCount('connection'), server.listenerCount('error'));
  trace('srv', 'ref', server.ref() === server, server.unref() === server);
  server.getConnections(note('srv', 'connections'));
  record(server, 'srv', 'close');
  trace('srv', 'close', server.close(answer('srv', 'close callback')) === server);
});
