// A second listen() on a listening server raises and changes nothing.
// kinds: tcp unix
'use strict';

const { attempt, listen, net, note, record, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer();
  record(server, 'srv', 'listening close error');
  listen(server, () => {
    attempt('srv', 'second listen', () => listen(server, note('srv', 'second callback'), 'other.sock'));
    trace('srv', 'still', server.listening);
    server.close();
  });
});
