// resetAndDestroy() during the lookup, which is answered later.
// kinds: tcp
'use strict';

const { found, outgoing, serve } = require('../connecting.cjs');
const { run, state, trace } = require('../harness.cjs');

run(() => {
  serve((target) => {
    const client = outgoing({ ...target, host: 'some.name', lookup: found('127.0.0.1') });
    client.resetAndDestroy();
    trace('C', 'after', state(client));
  });
});
