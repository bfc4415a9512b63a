// Every kind of value as the option family of connect() to a name.
// kinds: plain
'use strict';

const { net, run } = require('../harness.cjs');
const { table } = require('../tables.cjs');

run(() => {
  const rows = [
    ['undefined', undefined], ['0', 0], ['4', 4], ['6', 6], ['IPv4', 'IPv4'], ['IPv6', 'IPv6'], ['5', 5], ['-1', -1],
    ['46', 46], ['ipv4', 'ipv4'], ['text 4', '4'], ['NaN', NaN], ['object', {}], ['list', [4]],
  ];
  table('main', rows, (family) => net.connect({ port: 80, host: 'localhost', family }));
  table('Socket', rows, (family) => new net.Socket().connect({ port: 80, host: 'localhost', family }));
});
