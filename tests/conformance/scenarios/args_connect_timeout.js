// Every kind of value as the option timeout of connect().
// kinds: plain
'use strict';

const { net, run } = require('../harness.cjs');
const { table } = require('../tables.cjs');

run(() => {
  // falsy values are none for Node
  const rows = [
    ['undefined', undefined], ['0', 0], ['5', 5], ['1.5', 1.5], ['-1', -1], ['infinite', Infinity], ['text', '5'],
    ['object', {}], ['list', []],
  ];
  table('main', rows, (timeout) => net.connect({ port: 80, host: '127.0.0.1', timeout }));
});
