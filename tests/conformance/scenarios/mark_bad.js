// A high water mark below zero is refused when the socket is made.
// kinds: plain
'use strict';

const { attempt, net, run } = require('../harness.cjs');

run(() => {
  attempt('main', 'both', () => new net.Socket({ highWaterMark: -1 }));
  attempt('main', 'reading', () => new net.Socket({ readableHighWaterMark: -1 }));
  attempt('main', 'writing', () => new net.Socket({ writableHighWaterMark: -1 }));
  attempt('main', 'fine', () => new net.Socket({ readableHighWaterMark: 1 }));
});
