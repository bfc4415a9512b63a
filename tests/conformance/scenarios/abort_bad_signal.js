// A signal that is none raises at once; no signal is none.
// kinds: plain
'use strict';

const { attempt, net, run } = require('../harness.cjs');

run(() => {
  for (const signal of [5, 'x', {}, [], true, new AbortController()])
    attempt('main', 'signal', () => new net.Socket({ signal }));
  attempt('main', 'undefined', () => new net.Socket({ signal: undefined }));
});
