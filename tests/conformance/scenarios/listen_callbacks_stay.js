// The callbacks of two failed calls stay, and come with the listening of the third, in order.
// kinds: plain
'use strict';

const { net, note, record, run, trace } = require('../harness.cjs');

run(() => {
  const first = net.createServer();
  const server = net.createServer();
  record(server, 'srv', 'listening close error');
  first.listen(0, '127.0.0.1', () => {
    const { port } = first.address();
    server.once('error', () => {
      server.once('error', () => {
        trace('srv', 'waiting', server.listenerCount('listening'));
        server.listen(0, '127.0.0.1', note('srv', 'third callback'));
      });
      server.listen(port, '127.0.0.1', note('srv', 'second callback'));
    });
    server.listen(port, '127.0.0.1', note('srv', 'first callback'));
  });
  server.on('listening', () => {
    server.close();
    first.close();
  });
});
