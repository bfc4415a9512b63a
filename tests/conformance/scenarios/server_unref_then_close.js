// An unref'd server that is closed: close and its callback still come.
// kinds: tcp unix
'use strict';

const { answer, listen, net, note, record, run } = require('../harness.cjs');

run(() => {
  const server = net.createServer();
  record(server, 'srv', 'listening close');
  server.unref();
  listen(server, () => server.close(answer('srv', 'callback')));
  setTimeout(note('main', 'timer'), 60);
});
