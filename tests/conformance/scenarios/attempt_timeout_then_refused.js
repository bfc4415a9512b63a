// An address that does not answer, then one that refuses: Node's rule gives up.
// kinds: tcp
// only: linux
'use strict';

const { named, outgoing, silent, tried } = require('../connecting.cjs');
const { run, trace } = require('../harness.cjs');

run(() => {
  silent((target, release) => {
    const client = outgoing({ ...named(target, '127.0.0.1', '127.0.0.2'), autoSelectFamilyAttemptTimeout: 50 });
    client.on('error', (err) => trace('C', 'code', err.code));
    client.on('close', () => {
      trace('C', 'tried', tried(client));
      release();
    });
  });
});
