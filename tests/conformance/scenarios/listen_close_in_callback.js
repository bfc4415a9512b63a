// close() in the callback of listen(): the listeners after it are still called, and close follows.
// kinds: tcp unix
'use strict';

const { answer, listen, net, record, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer();
  listen(server, () => {
    server.close(answer('srv', 'close callback'));
    trace('srv', 'callback', server.listening);
  });
  record(server, 'srv', 'listening close error');
});
