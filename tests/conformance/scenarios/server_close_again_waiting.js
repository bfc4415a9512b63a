// close() again while the first one waits for a connection: both callbacks come with their answers.
// kinds: tcp unix
'use strict';

const { answer, connect, listen, net, record, run, settle } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => {
    server.close(answer('srv', 'first callback'));
    server.close(answer('srv', 'second callback'));
    settle(() => sock.destroy());
  });
  record(server, 'srv', 'close error');
  listen(server, () => connect(server).resume());
});
