// close() in the turn of listen(): there is no 'listening', only 'close'.
// kinds: tcp unix
'use strict';

const { answer, kind, net, note, place, record, run } = require('../harness.cjs');

run(() => {
  const server = net.createServer();
  record(server, 'srv', 'listening close error');
  server.listen(kind === 'unix' ? place('s.sock') : 0, note('srv', 'listen callback'));
  server.close(answer('srv', 'close callback'));
});
