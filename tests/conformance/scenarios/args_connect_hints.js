// Every kind of value as the option hints of connect() to a name.
// kinds: plain
'use strict';

const { net, run } = require('../harness.cjs');
const { table } = require('../tables.cjs');

run(() => {
  const { ADDRCONFIG, ALL, V4MAPPED } = require('node:dns');
  const rows = [
    ['undefined', undefined], ['0', 0], ['ADDRCONFIG', ADDRCONFIG], ['V4MAPPED', V4MAPPED], ['ALL', ALL],
    ['all three', ADDRCONFIG | ALL | V4MAPPED], ['1', 1], ['1024', 1024], ['-1', -1], ['text', 'x'], ['object', {}],
    ['list', []],
  ];
  table('main', rows, (hints) => net.connect({ port: 80, host: 'localhost', hints }));
  table('Socket', rows, (hints) => new net.Socket().connect({ port: 80, host: 'localhost', hints }));
});
