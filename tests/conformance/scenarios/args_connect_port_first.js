// Every kind of value as the first argument of connect().
// kinds: plain
'use strict';

const { attempt, net, run } = require('../harness.cjs');
const { table } = require('../tables.cjs');

run(() => {
  const rows = [
    ['0', 0], ['text 0', '0'], ['text with blanks', ' 80 '], ['hexadecimal', '0x50'], ['-1', -1], ['65536', 65536],
    ['text 65536', '65536'], ['1.5', 1.5], ['text 1.5', '1.5'], ['NaN', NaN], ['infinite', Infinity], ['empty', ''],
    ['blank', ' '], ['empty options', {}], ['host alone', { host: '127.0.0.1' }],
    ['path undefined', { path: undefined }], ['undefined', undefined],
  ];
  table('main', rows, (first) => net.connect(first));
  table('Socket', rows, (first) => new net.Socket().connect(first));
  attempt('main', 'nothing', () => net.connect());
  attempt('Socket', 'nothing', () => new net.Socket().connect());
});
