// destroy() with an error during the lookup: it is that error, and the one of the lookup is gone.
// kinds: plain
'use strict';

const { outgoing } = require('../connecting.cjs');
const { run } = require('../harness.cjs');

run(() => {
  let answerNow;
  const client = outgoing({ port: 80, host: 'some.name', lookup: (hostname, options, callback) => {
    answerNow = callback;
  } });
  client.destroy(new Error('mine'));
  client.on('close', () => setImmediate(() => answerNow(new Error('late'))));
});
