// close() twice: both callbacks run, the second with an error, and 'close' comes twice.
// kinds: tcp unix
'use strict';

const { answer, listen, net, record, run } = require('../harness.cjs');

run(() => {
  const server = net.createServer();
  record(server, 'srv', 'close error');
  listen(server, () => {
    server.close(answer('srv', 'first callback'));
    server.close(answer('srv', 'second callback'));
  });
});
