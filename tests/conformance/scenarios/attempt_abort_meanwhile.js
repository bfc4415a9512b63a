// A signal that is aborted while an attempt is under way, the first of two or the only one.
// kinds: tcp
// only: linux
'use strict';

const { named, outgoing, silent } = require('../connecting.cjs');
const { run } = require('../harness.cjs');

run(() => {
  silent((target, release) => {
    const controller = new AbortController();
    const signal = controller.signal;
    outgoing({ ...named(target, '127.0.0.1', '127.0.0.2'), signal }, 'C2');
    outgoing({ ...named(target, '127.0.0.1'), signal }, 'C1');
    setTimeout(() => {
      controller.abort();
      release();
    }, 50);
  });
});
