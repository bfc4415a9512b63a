// A socket file that nobody serves: connect() is refused, listen() finds it in use.
// kinds: unix
'use strict';

const fs = require('node:fs');
const { net, record, run } = require('../harness.cjs');

run(() => {
  const first = net.createServer();
  first.listen('s.sock', () => {
    fs.renameSync('s.sock', 'stale.sock');
    first.close(() => {
      const client = net.connect('stale.sock');
      record(client, 'C', 'connect error close');
      const second = net.createServer();
      record(second, 'second', 'listening error close');
      second.listen('stale.sock');
    });
  });
});
