// A lookup function that answers at once: the attempt is made before connect() returns.
// kinds: tcp
'use strict';

const { looking, outgoing, serve } = require('../connecting.cjs');
const { run, state, trace } = require('../harness.cjs');

run(() => {
  serve((target) => {
    const client = outgoing(looking(target, (hostname, options, callback) => {
      callback(null, '127.0.0.1', 4);
      trace('C', 'after callback');
    }, { autoSelectFamily: false }));
    trace('C', 'after connect', state(client));
  });
});
