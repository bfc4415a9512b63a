// A signal of several: aborted by the first, with its reason.
// kinds: plain
'use strict';

const { net, record, run, state, trace } = require('../harness.cjs');

run(() => {
  const one = new AbortController();
  const two = new AbortController();
  const either = AbortSignal.any([one.signal, two.signal]);
  const sock = new net.Socket({ signal: either });
  record(sock, 'C', 'error close');
  two.abort(new Error('two'));
  one.abort(new Error('one'));
  trace('main', 'either', either.aborted, either.reason, state(sock));
  trace('main', 'later', AbortSignal.any([one.signal, two.signal]).reason, AbortSignal.any([]).aborted);
});
