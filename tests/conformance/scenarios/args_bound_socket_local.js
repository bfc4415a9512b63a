// A BoundSocket knows its address: localAddress and localPort beside it raise.
// kinds: plain
'use strict';

const { net, run } = require('../harness.cjs');
const { table } = require('../tables.cjs');

run(() => {
  const rows = [
    ['localAddress', { localAddress: '127.0.0.1' }],
    ['localPort', { localPort: 5 }],
    ['both', { localAddress: '127.0.0.1', localPort: 5 }],
  ];
  table('main', rows, (row) => net.connect({
    port: 80, host: '127.0.0.1', handle: new net.BoundSocket({ host: '127.0.0.1' }), ...row,
  }));
});
