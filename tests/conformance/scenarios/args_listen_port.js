// Every kind of value as the port of listen(), as an option and in the first place.
// kinds: plain
'use strict';

const { net, run } = require('../harness.cjs');
const { table } = require('../tables.cjs');

run(() => {
  const rows = [
    ['0', 0], ['-0', -0], ['text 0', '0'], ['text with blanks', ' 0 '], ['hexadecimal', '0x0'], ['exponent', '0e5'],
    ['-1', -1], ['65536', 65536], ['text 65536', '65536'], ['1.5', 1.5], ['text 1.5', '1.5'], ['NaN', NaN],
    ['infinite', Infinity], ['empty', ''], ['blank', ' '], ['undefined', undefined], ['null', null],
  ];
  table('option', [...rows, ['digits and letters', '80abc'], ['text -1', '-1']], (port) => {
    return net.createServer().listen({ port });
  });
  table('first', rows, (port) => net.createServer().listen(port));
  table('first, host', rows, (port) => net.createServer().listen(port, '127.0.0.1'));
});
