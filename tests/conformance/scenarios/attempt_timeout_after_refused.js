// An address that refuses, one that does not answer, one that refuses.
// kinds: tcp
// only: linux
'use strict';

const { named, outgoing, silent } = require('../connecting.cjs');
const { run } = require('../harness.cjs');

run(() => {
  silent((target, release) => {
    const addresses = ['127.0.0.2', '127.0.0.1', '127.0.0.3'];
    const client = outgoing({ ...named(target, ...addresses), autoSelectFamilyAttemptTimeout: 50 });
    client.on('close', release);
  });
});
