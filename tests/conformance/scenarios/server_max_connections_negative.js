// A negative maxConnections drops all.
// kinds: tcp unix
'use strict';

const { connect, listen, net, note, record, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer(note('srv', 'connection'));
  server.maxConnections = -1;
  server.on('drop', () => {
    trace('srv', 'drop');
    server.close();
  });
  record(server, 'srv', 'close');
  listen(server, () => record(connect(server).resume(), 'C', 'connect ready end error close'));
});
