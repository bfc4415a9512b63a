// listen() on a number that is no descriptor: an error; all callbacks come with the next listening.
// kinds: plain
'use strict';

const { attempt, net, note, record, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer();
  record(server, 'srv', 'listening error close');
  attempt('srv', 'call', () => server.listen({ fd: 9999 }, note('srv', 'first callback')));
  trace('srv', 'returned', server.listening, server.address());
  server.on('error', () => server.listen(0, () => {
    trace('srv', 'second callback');
    server.close();
  }));
});
