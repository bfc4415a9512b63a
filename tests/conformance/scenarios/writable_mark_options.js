// Where the mark comes from: the default, one option for both halves, one for the writing half, the server's.
// kinds: tcp unix
'use strict';

const { getDefaultHighWaterMark, setDefaultHighWaterMark } = require('node:stream');
const { net, pair, run, trace } = require('../harness.cjs');

run(() => {
  const marks = (sock) => [sock.readableHighWaterMark, sock.writableHighWaterMark];
  trace('main', 'default', getDefaultHighWaterMark(false), ...marks(new net.Socket()));
  trace('main', 'both', ...marks(new net.Socket({ highWaterMark: 5 })));
  trace('main', 'writable', ...marks(new net.Socket({ writableHighWaterMark: 6 })));
  trace('main', 'readable', ...marks(new net.Socket({ readableHighWaterMark: 7 })));
  trace('main', 'all', ...marks(new net.Socket({ highWaterMark: 5, writableHighWaterMark: 6 })));
  trace('main', 'zero', ...marks(new net.Socket({ highWaterMark: 0 })));
  setDefaultHighWaterMark(false, 1000);
  trace('main', 'new default', getDefaultHighWaterMark(false), ...marks(new net.Socket()));
  pair({ highWaterMark: 8 }, { highWaterMark: 9 }, (C, S) => {
    trace('main', 'C', ...marks(C));
    trace('main', 'S', ...marks(S));
    C.destroy();
    S.destroy();
  });
});
