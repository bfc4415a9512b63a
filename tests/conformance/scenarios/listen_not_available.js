// listen() at an address that this machine has not: EADDRNOTAVAIL, with the port only where one was asked for.
// kinds: tcp
'use strict';

const { net, nowhere, run } = require('../harness.cjs');
const { outcomes } = require('../tables.cjs');

run(() => {
  nowhere(({ port }) => outcomes([
    ['any port', { port: 0, host: '203.0.113.1' }],
    ['a port', { port, host: '203.0.113.1' }],
  ], (options) => net.createServer().listen(options)));
});
