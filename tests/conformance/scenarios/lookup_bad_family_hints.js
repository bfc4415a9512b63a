// A wrong `family` or wrong `hints` raise at once when a name has to be looked up.
// kinds: plain
'use strict';

const { attempt, net, run } = require('../harness.cjs');

run(() => {
  for (const family of [5, -1, '4', {}])
    attempt('main', 'family', () => net.connect({ port: 80, host: 'localhost', family }));
  for (const hints of [1, 1024, -1, 'x', {}])
    attempt('main', 'hints', () => net.connect({ port: 80, host: 'localhost', hints }));
});
