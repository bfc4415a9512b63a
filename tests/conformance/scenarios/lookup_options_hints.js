// What a lookup function is told of `hints`; the constants.
// kinds: plain
// only: linux
'use strict';

const { net, run, trace } = require('../harness.cjs');

run(() => {
  const dns = require('node:dns');
  const lookup = (hostname, options, callback) => {
    trace('C', 'asked', { ...options });
    callback(new Error('enough'));
  };
  trace('C', 'constants', dns.ADDRCONFIG, dns.V4MAPPED, dns.ALL);
  for (const hints of [undefined, 0, dns.ADDRCONFIG, dns.V4MAPPED | dns.ALL]) {
    net.connect({ port: 80, host: 'some.name', lookup, hints }).on('error', () => {});
    net.connect({ port: 80, host: 'some.name', lookup, hints, family: 4 }).on('error', () => {});
  }
});
