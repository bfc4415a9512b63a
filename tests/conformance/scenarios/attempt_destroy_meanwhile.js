// destroy() while an attempt is under way, the first of two or the only one.
// kinds: tcp
// only: linux
'use strict';

const { named, outgoing, silent } = require('../connecting.cjs');
const { run } = require('../harness.cjs');

run(() => {
  silent((target, release) => {
    const two = outgoing(named(target, '127.0.0.1', '127.0.0.2'), 'C2');
    const one = outgoing(named(target, '127.0.0.1'), 'C1');
    setTimeout(() => {
      two.destroy();
      one.destroy();
      release();
    }, 50);
  });
});
