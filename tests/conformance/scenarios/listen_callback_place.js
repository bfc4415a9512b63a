// The callback of listen() is one more listener, for once, and has its place among them.
// kinds: tcp unix
'use strict';

const { listen, net, note, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer();
  server.on('listening', note('srv', 'before'));
  listen(server, note('srv', 'callback'));
  server.on('listening', () => {
    trace('srv', 'after', server.listenerCount('listening'));
    server.close();
  });
  trace('srv', 'count', server.listenerCount('listening'));
});
