// listen() by port while a name is looked up: the port wins at once.
// kinds: plain
'use strict';

const { attempt, net, note, record, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer();
  record(server, 'srv', 'listening close error');
  server.listen(0, 'localhost', note('srv', 'first callback'));
  attempt('srv', 'second', () => server.listen({ port: 0 }, note('srv', 'second callback')));
  trace('srv', 'at once', server.listening);
  attempt('srv', 'third', () => server.listen({ port: 0 }, note('srv', 'third callback')));
  setTimeout(() => server.close(), 100);
});
