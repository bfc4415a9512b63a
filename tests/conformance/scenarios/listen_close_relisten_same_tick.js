// listen(), close(), listen() in one tick: listening once, for the second one.
// kinds: plain
'use strict';

const { net, note, record, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer();
  record(server, 'srv', 'listening close error');
  server.listen(0, note('srv', 'first callback'));
  server.close();
  server.listen(0, note('srv', 'second callback'));
  trace('srv', 'listens', server.listening);
  setImmediate(() => server.close());
});
