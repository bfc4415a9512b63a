// One address is wanted, and the lookup function does not say of which family it is.
// kinds: tcp
'use strict';

const { looking, outgoing, serve } = require('../connecting.cjs');
const { run } = require('../harness.cjs');

run(() => {
  serve((target, server) => {
    const lookup = (hostname, options, callback) => setImmediate(() => callback(null, '127.0.0.1'));
    outgoing(looking(target, lookup, { autoSelectFamily: false })).on('close', () => server.close());
  });
});
