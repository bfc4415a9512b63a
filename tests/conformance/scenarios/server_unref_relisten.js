// unref() lasts over close() and the next listen().
// kinds: plain
'use strict';

const { net, record, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer();
  record(server, 'srv', 'listening close');
  server.unref();
  server.listen(0);
  server.once('listening', () => server.close());
  server.once('close', () => server.listen(0));
  setTimeout(() => trace('main', 'timer', server.listening), 60);
});
