// What is looked up as it is given: names, and what is nearly an address.
// kinds: plain
'use strict';

const { net, run, trace } = require('../harness.cjs');

run(() => {
  const lookup = (hostname, options, callback) => {
    trace('C', 'asked', hostname);
    callback(new Error('enough'));
  };
  const hosts = ['localhost', 'Some.Name', 'some.name.', '127.1', '256.1.1.1', '[::1]', '0x7f.1', '::1%', '1.2.3.4 x'];
  for (const host of hosts)
    net.connect({ port: 80, host, lookup }).on('error', () => {});
});
