// listen() again while the first name is looked up: the first call is forgotten, its callback is not.
// kinds: plain
'use strict';

const { attempt, net, note, record, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer();
  record(server, 'srv', 'listening close error');
  attempt('srv', 'first', () => server.listen(0, 'localhost', note('srv', 'first callback')));
  attempt('srv', 'second', () => server.listen(0, '127.1', note('srv', 'second callback')));
  setTimeout(() => {
    trace('srv', 'later', server.listening, server.address());
    server.close();
  }, 100);
});
