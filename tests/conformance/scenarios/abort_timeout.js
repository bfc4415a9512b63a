// A signal that is aborted when its time is up.
// kinds: tcp
// only: linux
'use strict';

const { outgoing, silent } = require('../connecting.cjs');
const { run, trace } = require('../harness.cjs');

run(() => {
  silent((target, release) => {
    const signal = AbortSignal.timeout(40);
    const client = outgoing({ ...target, signal });
    client.on('error', (err) => trace('C', 'reason', signal.aborted, err.cause === signal.reason, signal.reason.name));
    client.on('close', release);
  });
});
