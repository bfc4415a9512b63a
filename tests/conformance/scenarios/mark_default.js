// The default of the high water mark is for the sockets that are made after it is set; bad values are refused.
// kinds: plain
'use strict';

const stream = require('node:stream');
const { attempt, net, run, trace } = require('../harness.cjs');

run(() => {
  const before = new net.Socket();
  trace('main', 'at first', stream.getDefaultHighWaterMark(false));
  stream.setDefaultHighWaterMark(false, 1000);
  trace('main', 'set', stream.getDefaultHighWaterMark(false));
  trace('main', 'old', before.readableHighWaterMark);
  trace('main', 'new', new net.Socket().readableHighWaterMark);
  trace('main', 'option', new net.Socket({ highWaterMark: 5 }).readableHighWaterMark);
  attempt('main', 'negative', () => stream.setDefaultHighWaterMark(false, -1));
  trace('main', 'as before', stream.getDefaultHighWaterMark(false));
  stream.setDefaultHighWaterMark(false, 0);
  trace('main', 'zero', new net.Socket().readableHighWaterMark);
});
