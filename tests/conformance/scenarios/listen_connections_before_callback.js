// A client that connects in the tick of listen() is accepted, after listening.
// kinds: tcp unix
'use strict';

const { connect, kind, net, place, record, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => {
    trace('srv', 'connection');
    sock.destroy();
    server.close();
  });
  record(server, 'srv', 'listening close');
  if (kind === 'unix')
    server.listen(place('s.sock'));
  else
    server.listen(0);
  connect(server, {}).resume();
});
