// Every kind of value as the option path of listen(), with readableAll and writableAll.
// kinds: unix
// only: linux
'use strict';

const { net, run } = require('../harness.cjs');
const { table } = require('../tables.cjs');

run(() => {
  const rows = [
    ['empty', { path: '' }], ['number text', { path: 'a', port: undefined }], ['text', { path: 'b' }],
    ['abstract, readableAll', { path: '\0pynet-args', readableAll: true }],
    ['abstract, writableAll', { path: '\0pynet-args', writableAll: true }],
    ['abstract, false', { path: `\0pynet-args-${process.pid}`, readableAll: false, writableAll: false }],
  ];
  table('main', rows, (options) => net.createServer().listen(options));
});
