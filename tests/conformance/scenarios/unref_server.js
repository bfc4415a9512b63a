// An unref'd server, before or after listen(), does not keep the loop.
// kinds: tcp unix
'use strict';

const { listen, net, note, place, record, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer();
  record(server, 'srv', 'listening close');
  trace('srv', 'returns itself', server.unref() === server);
  listen(server);
  const late = net.createServer();
  listen(late, () => {
    trace('late', 'listening');
    late.unref();
  }, place('late.sock'));
  setTimeout(note('main', 'timer'), 60);
});
