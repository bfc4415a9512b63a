// What is written is answered when all addresses have failed.
// kinds: tcp
// only: linux
'use strict';

const { named, outgoing } = require('../connecting.cjs');
const { answer, nowhere, run } = require('../harness.cjs');

run(() => {
  nowhere((target) => {
    const client = outgoing(named(target, '127.0.0.2', '127.0.0.1'));
    client.write('one ', answer('C', 'one'));
    client.write('two', answer('C', 'two'));
  });
});
