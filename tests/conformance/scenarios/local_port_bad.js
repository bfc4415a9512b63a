// A local port of another type raises at once.
// kinds: plain
'use strict';

const { attempt, net, run } = require('../harness.cjs');

run(() => {
  for (const localPort of ['80', 'x', true, {}])
    attempt('main', 'local port', () => net.connect({ port: 80, host: '127.0.0.1', localPort }));
});
