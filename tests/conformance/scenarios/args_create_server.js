// Wrong arguments and options of createServer().
// kinds: plain
'use strict';

const { net, run } = require('../harness.cjs');
const { table } = require('../tables.cjs');

run(() => {
  const rows = [['undefined', undefined], ['empty', {}], ['number', 5], ['text', 'x']];
  table('options', rows, (options) => net.createServer(options));
  table('new', rows, (options) => new net.Server(options));
  const delays = [['0', 0], ['-1', -1], ['1500', 1500], ['1.5', 1.5], ['text', '5'], ['object', {}], ['list', []]];
  table('keepAliveInitialDelay', delays, (keepAliveInitialDelay) => net.createServer({ keepAliveInitialDelay }));
  const marks = [['0', 0], ['1000', 1000], ['text', '5'], ['object', {}], ['list', []]];
  table('highWaterMark', marks, (highWaterMark) => net.createServer({ highWaterMark }));
});
