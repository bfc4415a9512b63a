// Without a host it is 'localhost' that is looked up.
// kinds: plain
'use strict';

const { net, run, trace } = require('../harness.cjs');

run(() => {
  const lookup = (hostname, options, callback) => {
    trace('C', 'asked', hostname);
    callback(new Error('enough'));
  };
  net.connect({ port: 80, lookup }).on('error', () => {});
  net.connect({ port: 80, host: undefined, lookup }).on('error', () => {});
  net.connect({ port: 80, host: '', lookup }).on('error', () => {});
});
