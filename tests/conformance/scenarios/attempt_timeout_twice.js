// Two addresses that do not answer, then one that refuses.
// kinds: tcp
// only: linux
'use strict';

const { named, outgoing, silent, tried } = require('../connecting.cjs');
const { run, trace } = require('../harness.cjs');

run(() => {
  silent((target, release) => {
    const addresses = ['127.0.0.1', '127.0.0.2', '::ffff:127.0.0.3', '::ffff:127.0.0.4'];
    const client = outgoing({ ...named(target, ...addresses), autoSelectFamilyAttemptTimeout: 30 });
    setTimeout(() => {
      trace('C', 'tried', tried(client));
      client.destroy();
      release();
    }, 600);
  }, '0.0.0.0');
});
