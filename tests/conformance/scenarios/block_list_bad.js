// A block list that is none raises at once.
// kinds: plain
'use strict';

const { attempt, net, run } = require('../harness.cjs');

run(() => {
  for (const blockList of [5, 'x', {}, ['127.0.0.1']]) {
    attempt('main', 'connect', () => net.connect({ port: 80, host: '127.0.0.1', blockList }));
    attempt('main', 'socket', () => new net.Socket({ blockList }));
  }
});
