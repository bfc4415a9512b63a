// getConnections() without a function raises; a server that is as before.
// kinds: plain
'use strict';

const { net, note, run } = require('../harness.cjs');
const { table } = require('../tables.cjs');

run(() => {
  const server = net.createServer();
  table('main', [['undefined', undefined], ['number', 5], ['text', 'x'], ['object', {}]], (callback) => {
    server.getConnections(callback);
  });
  server.getConnections(note('main', 'connections'));
});
