// The process-wide defaults: what they take, what is kept, and what raises.
// kinds: plain
'use strict';

const { attempt, net, run, trace } = require('../harness.cjs');

run(() => {
  trace('family', 'initial', net.getDefaultAutoSelectFamily());
  const families = [
    ['false', false], ['true', true], ['number', 1], ['text', 'true'], ['undefined', undefined], ['object', {}],
  ];
  for (const [label, value] of families) {
    attempt('family', label, () => net.setDefaultAutoSelectFamily(value));
    trace('family', label, net.getDefaultAutoSelectFamily());
  }
  const timeouts = [
    ['10', 10], ['1', 1], ['9', 9], ['11', 11], ['largest', 2 ** 31 - 1], ['0', 0], ['-1', -1], ['too large', 2 ** 31],
    ['1.5', 1.5], ['NaN', NaN], ['text', '300'], ['undefined', undefined], ['object', {}], ['300', 300],
  ];
  for (const [label, value] of timeouts) {
    attempt('timeout', label, () => net.setDefaultAutoSelectFamilyAttemptTimeout(value));
    trace('timeout', label, net.getDefaultAutoSelectFamilyAttemptTimeout() % 500);
  }
});
