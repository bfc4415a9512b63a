// Every kind of value as the option host of connect().
// kinds: plain
'use strict';

const { net, run } = require('../harness.cjs');
const { table } = require('../tables.cjs');

run(() => {
  // 0, false and the like are no host for Node, and a wrong type for pynet
  const rows = [
    ['undefined', undefined], ['number', 1], ['object', {}], ['list', []], ['function', () => {}],
    ['NUL inside', 'a\0b'], ['NUL at the end', '127.0.0.1\0'], ['address', '127.0.0.1'],
  ];
  table('main', rows, (host) => net.connect({ port: 80, host }));
  table('Socket', rows, (host) => new net.Socket().connect({ port: 80, host }));
  table('place', [['NUL inside', 'a\0b'], ['address', '127.0.0.1']], (host) => net.connect(80, host));
});
