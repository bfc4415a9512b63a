// close() right after a listen() that bound at once: no listening, and the callback waits for the next time.
// kinds: plain
'use strict';

const { answer, net, note, record, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer();
  record(server, 'srv', 'listening close error');
  server.listen(0, note('srv', 'first callback'));
  server.close(answer('srv', 'close callback'));
  trace('srv', 'closed', server.listening, server.listenerCount('listening'));
  setImmediate(() => server.listen(0, () => {
    trace('srv', 'second callback');
    server.close();
  }));
});
