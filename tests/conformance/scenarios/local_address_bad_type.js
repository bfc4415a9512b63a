// A local address of another type raises at once.
// kinds: plain
'use strict';

const { attempt, net, run } = require('../harness.cjs');

run(() => {
  for (const localAddress of [5, {}, true])
    attempt('main', 'local address', () => net.connect({ port: 80, host: '127.0.0.1', localAddress }));
});
