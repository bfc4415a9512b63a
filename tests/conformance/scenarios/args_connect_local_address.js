// Every kind of value as the option localAddress of connect().
// kinds: plain
'use strict';

const { net, run } = require('../harness.cjs');
const { table } = require('../tables.cjs');

run(() => {
  // 5 and an object are no address for Node, and a wrong type for pynet
  const rows = [
    ['undefined', undefined], ['empty', ''], ['address', '127.0.0.1'], ['IPv6', '::1'], ['name', 'localhost'],
    ['no address', '999.1.1.1'], ['with a port', '127.0.0.1:80'], ['blank', ' '],
  ];
  table('main', rows, (localAddress) => net.connect({ port: 80, host: '127.0.0.1', localAddress }));
  table('Socket', rows, (localAddress) => new net.Socket().connect({ port: 80, host: '127.0.0.1', localAddress }));
});
