// Options of listen() that say nothing of where.
// kinds: plain
'use strict';

const { net, run } = require('../harness.cjs');
const { table } = require('../tables.cjs');

run(() => {
  const rows = [
    ['empty', {}], ['host', { host: '127.0.0.1' }], ['backlog', { backlog: 5 }], ['exclusive', { exclusive: true }],
    ['fd -1', { fd: -1 }], ['fd NaN', { fd: NaN }], ['reusePort', { reusePort: true }],
    ['unknown', { colour: 'red' }],
  ];
  table('main', rows, (options) => net.createServer().listen(options));
});
