// Ticks around listen() and close() without a lookup.
// kinds: tcp unix
'use strict';

const { answer, kind, net, place, record, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer();
  const tick = (label) => process.nextTick(() => trace('srv', `tick ${label}`));
  server.on('listening', () => {
    trace('srv', 'listening');
    tick('of listening');
    server.close(answer('srv', 'callback'));
    tick('after close');
  });
  record(server, 'srv', 'close');
  tick('before listen');
  server.listen(kind === 'unix' ? place('s.sock') : 0);
  tick('after listen');
});
