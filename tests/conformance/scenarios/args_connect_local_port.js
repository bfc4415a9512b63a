// Every kind of value as the option localPort of connect().
// kinds: plain
'use strict';

const { net, run } = require('../harness.cjs');
const { table } = require('../tables.cjs');

run(() => {
  // the range is checked by pynet alone; NaN is no port for Node
  const rows = [
    ['undefined', undefined], ['0', 0], ['text', '80'], ['word', 'x'], ['object', {}], ['list', []],
    ['function', () => {}],
  ];
  table('main', rows, (localPort) => net.connect({ port: 80, host: '127.0.0.1', localPort }));
  table('Socket', rows, (localPort) => new net.Socket().connect({ port: 80, host: '127.0.0.1', localPort }));
});
