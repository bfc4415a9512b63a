// Server: the close callback and 'close' listeners run in the order they were added.
// kinds: tcp unix
'use strict';

const { answer, listen, net, note, run } = require('../harness.cjs');

run(() => {
  const server = net.createServer();
  server.on('close', note('srv', 'listener before'));
  listen(server, () => {
    server.close(answer('srv', 'callback'));
    server.on('close', note('srv', 'listener after'));
    server.prependListener('close', note('srv', 'prepended'));
  });
});
