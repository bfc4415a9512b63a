// The defaults of the process: what they take, and what they become.
// kinds: plain
'use strict';

const { attempt, net, run, trace } = require('../harness.cjs');

run(() => {
  attempt('main', 'family 1', () => net.setDefaultAutoSelectFamily(1));
  attempt('main', 'family null', () => net.setDefaultAutoSelectFamily(null));
  attempt('main', 'family text', () => net.setDefaultAutoSelectFamily('true'));
  trace('main', 'family', net.getDefaultAutoSelectFamily());
  const timeouts = [['1', 1], ['9', 9], ['10', 10], ['11', 11], ['0', 0], ['-1', -1], ['1.5', 1.5], ['text', '20'],
    ['null', null], ['true', true], ['2147483647', 2147483647], ['2147483648', 2147483648]];
  for (const [label, value] of timeouts) {
    attempt('main', `timeout ${label}`, () => net.setDefaultAutoSelectFamilyAttemptTimeout(value));
    if (label !== '0')
      trace('main', 'now', net.getDefaultAutoSelectFamilyAttemptTimeout());
  }
});
