// close() in the close listener: close is emitted once more.
// kinds: tcp unix
'use strict';

const { answer, listen, net, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer();
  let closes = 0;
  server.on('close', () => {
    trace('srv', 'close', closes);
    if (closes++ === 0)
      server.close(answer('srv', 'second callback'));
  });
  listen(server, () => server.close(answer('srv', 'first callback')));
});
