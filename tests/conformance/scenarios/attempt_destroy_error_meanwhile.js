// destroy() with an error while an attempt is under way, with writes that wait.
// kinds: tcp
// only: linux
'use strict';

const { named, outgoing, silent } = require('../connecting.cjs');
const { answer, run } = require('../harness.cjs');

run(() => {
  silent((target, release) => {
    const two = outgoing(named(target, '127.0.0.1', '127.0.0.2'), 'C2');
    const one = outgoing(named(target, '127.0.0.1'), 'C1');
    two.write('x', answer('C2', 'written'));
    one.write('x', answer('C1', 'written'));
    setTimeout(() => {
      two.destroy(new Error('two'));
      one.destroy(new Error('one'));
      release();
    }, 50);
  });
});
