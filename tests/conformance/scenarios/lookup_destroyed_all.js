// destroy() during the lookup of all addresses, which is answered later.
// kinds: plain
'use strict';

const { outgoing } = require('../connecting.cjs');
const { run, state, trace } = require('../harness.cjs');

run(() => {
  let answerNow;
  const client = outgoing({ port: 80, host: 'some.name', lookup: (hostname, options, callback) => {
    answerNow = callback;
  } });
  client.destroy();
  trace('C', 'after destroy', state(client));
  client.on('close', () => setImmediate(() => {
    answerNow(null, [{ address: '127.0.0.1', family: 4 }, { address: '::1', family: 6 }]);
    trace('C', 'after answer', state(client));
  }));
});
