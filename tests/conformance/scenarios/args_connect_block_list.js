// Every kind of value as the option blockList of connect(), Socket() and createServer().
// kinds: plain
'use strict';

const { net, run } = require('../harness.cjs');
const { table } = require('../tables.cjs');

run(() => {
  const rows = [
    ['undefined', undefined], ['a list', new net.BlockList()], ['number', 5], ['text', 'x'], ['object', {}],
    ['array', ['127.0.0.1']], ['class', net.BlockList],
  ];
  table('connect', rows, (blockList) => net.connect({ port: 80, host: '127.0.0.1', blockList }));
  table('Socket', rows, (blockList) => new net.Socket({ blockList }));
  table('createServer', rows, (blockList) => net.createServer({ blockList }));
});
