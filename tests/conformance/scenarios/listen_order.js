// listen(): the callback is the first 'listening' listener that was added, and all run in order.
// kinds: tcp unix
'use strict';

const { answer, listen, net, note, record, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer();
  record(server, 'srv', 'listening close error');
  server.prependListener('listening', note('srv', 'prepended'));
  listen(server, () => {
    trace('srv', 'callback', server.listening);
    server.close(answer('srv', 'close callback'));
    trace('srv', 'closing', server.listening);
  });
});
