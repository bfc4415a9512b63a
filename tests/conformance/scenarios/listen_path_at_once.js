// listen(path) is bound at once; 'listening' comes on the next tick.
// kinds: unix
'use strict';

const { net, place, record, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer();
  record(server, 'srv', 'listening close');
  trace('srv', 'before', server.listening, server.address());
  server.listen(place('s.sock'));
  trace('srv', 'after listen', server.listening, server.address());
  process.nextTick(() => {
    trace('srv', 'later tick');
    server.close();
  });
});
