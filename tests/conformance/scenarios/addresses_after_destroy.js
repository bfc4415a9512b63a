// After destroy() the local address is gone, and a remote one that was read before stays.
// kinds: tcp
'use strict';

const { pair, run, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    trace('C', 'open', C.remoteAddress, C.remotePort > 0);
    C.destroy();
    trace('C', 'destroyed', C.remoteAddress, C.remotePort > 0, C.localAddress, C.address());
    S.resume();
  });
});
