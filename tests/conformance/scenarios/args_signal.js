// Every kind of value as the option signal of Socket(), connect() and listen().
// kinds: plain
'use strict';

const { net, run } = require('../harness.cjs');
const { table } = require('../tables.cjs');

run(() => {
  const rows = [
    ['undefined', undefined], ['a signal', new AbortController().signal], ['number', 5], ['text', 'x'],
    ['object', {}], ['controller', new AbortController()], ['class', AbortSignal],
  ];
  table('Socket', rows, (signal) => new net.Socket({ signal }));
  table('connect', rows, (signal) => net.connect({ port: 80, host: '127.0.0.1', signal }));
  table('listen', rows, (signal) => net.createServer().listen({ port: 0, signal }));
});
