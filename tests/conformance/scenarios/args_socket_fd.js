// Every kind of value as the option fd of Socket() that is no descriptor of a stream.
// kinds: plain
'use strict';

const fs = require('node:fs');
const { net, run } = require('../harness.cjs');
const { table } = require('../tables.cjs');

run(() => {
  fs.writeFileSync('plain', 'x');
  const file = fs.openSync('plain', 'r+');
  const rows = [
    ['-1', -1], ['too large', 2 ** 31], ['1.5', 1.5], ['NaN', NaN], ['text', '1'], ['object', {}],
    ['not open', 9999], ['a file', file],
  ];
  table('main', rows, (fd) => new net.Socket({ fd }));
});
