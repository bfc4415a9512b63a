// listen(0) without a host is bound at once; 'listening' comes on the next tick.
// kinds: plain
'use strict';

const { net, record, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer();
  record(server, 'srv', 'listening close');
  server.listen(0);
  trace('srv', 'after listen', server.listening, server.address() !== null, server.address().port > 0);
  process.nextTick(() => {
    trace('srv', 'later tick');
    server.close();
  });
});
