// listen() with a name that does not exist: an error after the lookup, and the server is as before.
// kinds: plain
'use strict';

const { answer, net, note, record, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer();
  record(server, 'srv', 'listening close error');
  server.listen(0, 'nowhere.invalid', note('srv', 'callback'));
  trace('srv', 'returned', server.listening, server.address());
  server.once('error', () => {
    trace('srv', 'state', server.listening, server.address());
    server.close(answer('srv', 'close callback'));
  });
});
