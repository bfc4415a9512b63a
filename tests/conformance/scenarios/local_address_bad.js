// A local address that is none raises at once.
// kinds: plain
'use strict';

const { attempt, net, run } = require('../harness.cjs');

run(() => {
  for (const localAddress of ['localhost', '999.1.1.1', '127.0.0.1:80', '[::1]'])
    attempt('main', localAddress, () => net.connect({ port: 80, host: '127.0.0.1', localAddress }));
});
