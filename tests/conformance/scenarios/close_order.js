// close() of an idle server: at once not listening; 'close' and the callback come on the next tick.
// kinds: tcp unix
'use strict';

const { answer, listen, net, record, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer();
  listen(server, () => {
    server.close(answer('srv', 'callback'));
    record(server, 'srv', 'close');
    trace('srv', 'after close', server.listening, server.address());
    process.nextTick(() => trace('srv', 'later tick'));
  });
});
