// A server that listened at a path listens at a port next, and at a path again.
// kinds: plain
'use strict';

const fs = require('node:fs');
const { net, place, record, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer();
  record(server, 'srv', 'listening error close');
  const show = () => {
    const at = server.address();
    trace('srv', 'address', typeof at === 'string' ? at : at.address, fs.existsSync('s.sock'));
    server.close();
  };
  server.listen(place('s.sock'), show);
  server.once('close', () => {
    server.listen(0, '127.0.0.1', show);
    server.once('close', () => server.listen(place('s.sock'), show));
  });
});
