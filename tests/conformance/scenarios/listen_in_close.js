// listen() in the close listener of the same server.
// kinds: tcp unix
'use strict';

const { answer, listen, net, record, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer();
  record(server, 'srv', 'listening close error');
  server.once('close', () => {
    listen(server, () => {
      trace('srv', 'again');
      server.close(answer('srv', 'second close'));
    });
    trace('srv', 'in close', server.listenerCount('listening'));
  });
  listen(server, () => server.close(answer('srv', 'first close')));
});
