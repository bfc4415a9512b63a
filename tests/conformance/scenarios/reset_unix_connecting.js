// resetAndDestroy() of a unix socket that connects raises at once.
// kinds: unix
'use strict';

const { outgoing, serve } = require('../connecting.cjs');
const { attempt, run, state, trace } = require('../harness.cjs');

run(() => {
  serve((target) => {
    const client = outgoing(target);
    attempt('C', 'reset', () => client.resetAndDestroy());
    trace('C', 'after', state(client));
  });
});
