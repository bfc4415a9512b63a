// The path is there once listen() has returned, and gone when close() has.
// kinds: unix
'use strict';

const fs = require('node:fs');
const { net, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer();
  server.listen('s.sock', () => {
    trace('srv', 'listening', fs.statSync('s.sock').isSocket());
    server.close();
    trace('srv', 'closed', fs.existsSync('s.sock'));
  });
  trace('srv', 'after listen', fs.existsSync('s.sock'));
});
