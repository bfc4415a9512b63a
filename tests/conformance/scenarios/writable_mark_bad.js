// A mark that is no number of bytes is refused at once.
// kinds: plain
'use strict';

const { getDefaultHighWaterMark, setDefaultHighWaterMark } = require('node:stream');
const { attempt, net, run, trace } = require('../harness.cjs');

run(() => {
  for (const mark of [-1, 1.5, 'x', NaN]) {
    attempt('main', `both ${mark === mark ? mark : 'nan'}`, () => new net.Socket({ highWaterMark: mark }));
    attempt('main', `writable ${mark === mark ? mark : 'nan'}`, () => new net.Socket({ writableHighWaterMark: mark }));
  }
  attempt('main', 'default', () => setDefaultHighWaterMark(false, -1));
  trace('main', 'still', getDefaultHighWaterMark(false));
});
