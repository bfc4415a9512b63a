// What is no descriptor at all raises at once.
// kinds: plain
'use strict';

const { attempt, net, run } = require('../harness.cjs');

run(() => {
  for (const fd of [-1, 2147483648, 1.5, '1', {}, true])
    attempt('main', 'fd', () => new net.Socket({ fd }));
  attempt('main', '-1', () => new net.Socket(-1));
  attempt('main', 'undefined', () => new net.Socket({ fd: undefined }));
});
