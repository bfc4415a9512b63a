// Every kind of value as the option host of listen().
// kinds: plain
'use strict';

const { net, run } = require('../harness.cjs');
const { table } = require('../tables.cjs');

run(() => {
  const rows = [
    ['undefined', undefined], ['empty', ''], ['address', '127.0.0.1'], ['number', 5], ['object', {}], ['list', ['x']],
    ['function', () => {}],
  ];
  table('main', rows, (host) => net.createServer().listen({ port: 0, host }));
});
