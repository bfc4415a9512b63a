// destroy() during the lookup of one address, which is answered later.
// kinds: plain
'use strict';

const { outgoing } = require('../connecting.cjs');
const { run, state, trace } = require('../harness.cjs');

run(() => {
  let answerNow;
  const lookup = (hostname, options, callback) => {
    answerNow = callback;
  };
  const client = outgoing({ port: 80, host: 'some.name', autoSelectFamily: false, lookup });
  client.destroy();
  trace('C', 'after destroy', state(client));
  client.on('close', () => setImmediate(() => {
    answerNow(null, '127.0.0.1', 4);
    trace('C', 'after answer', state(client));
  }));
});
