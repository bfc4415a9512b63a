// An error of listen() that nobody hears is uncaught; the server can listen again.
// kinds: plain
'use strict';

const { net, record, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer();
  record(server, 'srv', 'listening close');
  server.listen('nowhere/s.sock');
  setTimeout(() => {
    trace('srv', 'later', server.listening);
    server.listen(0, () => server.close());
  }, 50);
});
