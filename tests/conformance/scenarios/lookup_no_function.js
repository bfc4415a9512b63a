// A lookup that is no function raises at once when a name has to be looked up.
// kinds: plain
'use strict';

const { attempt, net, run } = require('../harness.cjs');

run(() => {
  for (const lookup of [5, 'x', {}, true])
    attempt('main', 'lookup', () => net.connect({ port: 80, host: 'some.name', lookup }));
});
