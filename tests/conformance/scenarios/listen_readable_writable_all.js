// readableAll and writableAll, and what becomes of the mode of the path.
// kinds: unix
// only: linux
'use strict';

const fs = require('node:fs');
const { net, record, run, trace } = require('../harness.cjs');

run(() => {
  process.umask(0o022);
  const rows = [
    ['neither', { readableAll: false, writableAll: false }],
    ['readable', { readableAll: true }],
    ['writable', { writableAll: true }],
    ['both', { readableAll: true, writableAll: true }],
  ];
  rows.forEach(([label, options], i) => {
    const server = net.createServer();
    record(server, label, 'listening error close');
    server.listen({ path: `${i}.sock`, ...options }, () => server.close());
    trace(label, 'mode', (fs.statSync(`${i}.sock`).mode & 0o777).toString(8));
  });
});
