// getConnections() calls back on the next tick, in the order of the calls.
// kinds: plain
'use strict';

const { net, note, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer();
  process.nextTick(note('main', 'tick before'));
  trace('main', 'returns itself', server.getConnections(note('main', 'first')) === server);
  process.nextTick(note('main', 'tick between'));
  server.getConnections(note('main', 'second'));
  trace('main', 'called');
});
