// listen() after a name that does not exist: the first callback comes with the second's.
// kinds: plain
'use strict';

const { net, note, record, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer();
  record(server, 'srv', 'listening error close');
  server.once('error', () => server.listen(0, '127.0.0.1', () => {
    trace('srv', 'second callback');
    server.close();
  }));
  server.listen(0, 'nowhere.invalid', note('srv', 'first callback'));
});
