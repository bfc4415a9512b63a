// The last address has all the time it wants; destroy() ends it.
// kinds: tcp
// only: linux
'use strict';

const { named, outgoing, silent, tried } = require('../connecting.cjs');
const { run, state, trace } = require('../harness.cjs');

run(() => {
  silent((target, release) => {
    const client = outgoing({ ...named(target, '127.0.0.2', '127.0.0.1'), autoSelectFamilyAttemptTimeout: 150 });
    setTimeout(() => {
      trace('C', 'later', state(client), tried(client));
      client.destroy();
      trace('C', 'after destroy', state(client));
      release();
    }, 500);
  });
});
