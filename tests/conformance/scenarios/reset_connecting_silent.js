// resetAndDestroy() while connecting to what never answers; destroy() ends it.
// kinds: tcp
// only: linux
'use strict';

const { outgoing, silent } = require('../connecting.cjs');
const { run, state, trace } = require('../harness.cjs');

run(() => {
  silent((target, release) => {
    const client = outgoing(target);
    client.resetAndDestroy();
    setTimeout(() => {
      trace('C', 'later', state(client));
      client.destroy();
      release();
    }, 50);
  });
});
