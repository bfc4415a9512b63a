// All addresses fail in different ways: the code is that of the first.
// kinds: tcp
// only: linux
'use strict';

const { named, outgoing } = require('../connecting.cjs');
const { nowhere, run } = require('../harness.cjs');

run(() => {
  nowhere((target) => {
    const port = target.port;
    outgoing(named({ port }, '255.255.255.255', '127.0.0.1'), 'C1');
    outgoing(named({ port }, '127.0.0.1', '255.255.255.255'), 'C2');
  });
});
