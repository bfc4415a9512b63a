// Where the high water mark comes from: the options of a client, those of the server, and the default.
// kinds: tcp unix
'use strict';

const { net, pair, run, trace } = require('../harness.cjs');

run(() => {
  pair({ highWaterMark: 1000 }, { highWaterMark: 2000, readableHighWaterMark: 3000 }, (C, S) => {
    const marks = (sock) => [sock.readableHighWaterMark, sock.writableHighWaterMark];
    trace('main', 'accepted', marks(S));
    trace('main', 'client', marks(C));
    trace('main', 'default', marks(new net.Socket()));
    trace('main', 'zero', marks(new net.Socket({ highWaterMark: 0 })));
    trace('main', 'reading', marks(new net.Socket({ readableHighWaterMark: 5 })));
    trace('main', 'writing', marks(new net.Socket({ writableHighWaterMark: 6 })));
    C.destroy();
    S.destroy();
  });
});
