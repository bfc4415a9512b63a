// The callback of a listen() that raised.
// kinds: plain
'use strict';

const { attempt, net, note, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer();
  attempt('srv', 'bad port', () => server.listen({ port: -1 }, note('srv', 'first callback')));
  trace('srv', 'count', server.listenerCount('listening'));
  server.listen(0, () => {
    trace('srv', 'second callback');
    server.close();
  });
});
