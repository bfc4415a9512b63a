// Wrong values of the options of automatic selection raise at once.
// kinds: plain
'use strict';

const { attempt, net, run } = require('../harness.cjs');

run(() => {
  const lookup = (hostname, options, callback) => callback(new Error('enough'));
  for (const autoSelectFamily of [1, 'true', {}])
    attempt('main', 'on', () => net.connect({ port: 80, host: 'some.name', lookup, autoSelectFamily }));
  for (const autoSelectFamilyAttemptTimeout of [0, -1, 1.5, '5', {}, true, 2147483648])
    attempt('main', 'time', () => net.connect({ port: 80, host: 'some.name', lookup, autoSelectFamilyAttemptTimeout }));
});
