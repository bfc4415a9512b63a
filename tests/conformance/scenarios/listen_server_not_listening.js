// listen() on a server that does not listen, or on a socket that is not connected, raises at once.
// kinds: plain
'use strict';

const { attempt, net, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer();
  attempt('srv', 'server', () => server.listen(net.createServer()));
  attempt('srv', 'itself', () => server.listen(server));
  attempt('srv', 'socket', () => server.listen(new net.Socket()));
  attempt('srv', 'handle', () => server.listen({ handle: new net.Socket() }));
  trace('srv', 'listening', server.listening);
});
