// An abstract name: no file, address() gives the name back, and data flows.
// kinds: unix
// only: linux
'use strict';

const fs = require('node:fs');
const { net, record, run, trace } = require('../harness.cjs');

run(() => {
  const address = `\0conformance-${process.pid}`;
  const server = net.createServer((sock) => {
    sock.end('from the server');
    server.close();
  });
  server.listen(address, () => {
    trace('srv', 'address is the name', server.address() === address);
    trace('srv', 'files', fs.readdirSync('.'));
    const client = net.connect(address);
    record(client, 'C', 'connect data end close');
  });
});
