// Every kind of value as the option port of connect().
// kinds: plain
'use strict';

const { net, run } = require('../harness.cjs');
const { table } = require('../tables.cjs');

run(() => {
  // null: no port at all, as None is for pynet
  const rows = [
    ['0', 0], ['-0', -0], ['65535', 65535], ['text 0', '0'], ['text 80', '80'], ['text with blanks', ' 80 '],
    ['text with a sign', '+80'], ['hexadecimal', '0x50'], ['exponent', '1e2'], ['text -0', '-0'],
    ['-1', -1], ['65536', 65536], ['text 65536', '65536'], ['1.5', 1.5], ['text 1.5', '1.5'], ['NaN', NaN],
    ['infinite', Infinity], ['empty', ''], ['blank', ' '], ['digits and letters', '80abc'], ['text -1', '-1'],
    ['object', {}], ['list', []], ['list of 80', [80]], ['function', () => {}], ['undefined', undefined],
  ];
  table('main', rows, (port) => net.connect({ port, host: '127.0.0.1' }));
  table('Socket', rows, (port) => new net.Socket().connect({ port, host: '127.0.0.1' }));
});
