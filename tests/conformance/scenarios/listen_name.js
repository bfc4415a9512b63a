// listen() with a name: nothing is there until the lookup is over.
// kinds: plain
'use strict';

const { net, record, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer();
  record(server, 'srv', 'listening close error');
  server.listen(0, 'localhost', () => {
    trace('srv', 'callback', server.listening, server.address().port > 0);
    server.close();
  });
  trace('srv', 'returned', server.listening, server.address());
});
