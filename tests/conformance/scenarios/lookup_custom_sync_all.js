// A lookup function that answers at once with several addresses.
// kinds: tcp
'use strict';

const { looking, outgoing, serve } = require('../connecting.cjs');
const { run, state, trace } = require('../harness.cjs');

run(() => {
  serve((target) => {
    const client = outgoing(looking(target, (hostname, options, callback) => {
      callback(null, [{ address: '127.0.0.1', family: 4 }, { address: '::1', family: 6 }]);
      trace('C', 'after callback');
    }));
    trace('C', 'after connect', state(client));
  });
});
