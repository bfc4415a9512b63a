// A lookup function that gives an error, and then, when the socket is closed, an address.
// kinds: plain
'use strict';

const { outgoing } = require('../connecting.cjs');
const { run, state, trace } = require('../harness.cjs');

run(() => {
  const client = outgoing({ port: 80, host: 'some.name', lookup: (hostname, options, callback) => setImmediate(() => {
    callback(new Error('first'));
    setTimeout(() => {
      callback(null, '127.0.0.1', 4);
      trace('C', 'later', state(client));
    }, 30);
  }) });
});
