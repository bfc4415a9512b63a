// Wrong options of BoundSocket().
// kinds: plain
'use strict';

const { net, run } = require('../harness.cjs');
const { table } = require('../tables.cjs');

run(() => {
  const rows = [
    ['nothing', undefined], ['empty', {}], ['port text', { port: '0' }], ['port -1', { port: -1 }],
    ['port 65536', { port: 65536 }], ['port word', { port: 'x' }], ['port 1.5', { port: 1.5 }],
    ['host name', { host: 'localhost' }], ['host empty', { host: '' }], ['host number', { host: 5 }],
    ['path and port', { path: 's.sock', port: 0 }], ['path and host', { path: 's.sock', host: '127.0.0.1' }],
    ['path and ipv6Only', { path: 's.sock', ipv6Only: true }],
    ['path and reusePort', { path: 's.sock', reusePort: true }], ['path number', { path: 5 }],
  ];
  table('main', rows, (options) => new net.BoundSocket(options).close());
});
