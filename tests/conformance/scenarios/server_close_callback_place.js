// The callback of close() is a listener of close, for once, among the others.
// kinds: tcp unix
'use strict';

const { listen, net, note, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer();
  server.on('close', note('srv', 'before'));
  listen(server, () => {
    server.close(() => trace('srv', 'callback', server.listenerCount('close')));
    server.on('close', note('srv', 'after'));
    trace('srv', 'count', server.listenerCount('close'));
  });
});
