// What a lookup function is told of `family`; with 4 or 6 one address is wanted.
// kinds: plain
'use strict';

const { net, run, trace } = require('../harness.cjs');

run(() => {
  const lookup = (hostname, options, callback) => {
    trace('C', 'asked', hostname, { ...options });
    callback(new Error('enough'));
  };
  for (const family of [undefined, 0, 4, 6]) {
    trace('C', 'family', family);
    net.connect({ port: 80, host: 'some.name', lookup, family }).on('error', () => {});
    net.connect({ port: 80, host: 'some.name', lookup, family, autoSelectFamily: false }).on('error', () => {});
  }
});
