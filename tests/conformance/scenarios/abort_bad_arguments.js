// Wrong arguments of AbortSignal.timeout(), any() and of the listeners.
// kinds: plain
'use strict';

const { run } = require('../harness.cjs');
const { table } = require('../tables.cjs');

run(() => {
  table('timeout', [
    ['below 0', -1],
    ['text', '5'],
    ['nothing', undefined],
    ['a list', []],
    ['1.5', 1.5],
    ['NaN', NaN],
    ['infinite', Infinity],
  ], (ms) => AbortSignal.timeout(ms));
  table('any', [
    ['number', 5],
    ['nothing', undefined],
    ['numbers', [5]],
    ['a signal and text', [AbortSignal.abort(), 'x']],
    ['controller', [new AbortController()]],
  ], (signals) => AbortSignal.any(signals));
});
