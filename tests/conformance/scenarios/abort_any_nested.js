// any() of signals that any() made.
// kinds: plain
'use strict';

const { heard } = require('../aborting.cjs');
const { run, trace } = require('../harness.cjs');

run(() => {
  const [a, b, c] = [new AbortController(), new AbortController(), new AbortController()];
  const inner = AbortSignal.any([a.signal, b.signal]);
  const outer = AbortSignal.any([inner, c.signal]);
  outer.addEventListener('abort', heard('main', 'outer', outer));
  inner.addEventListener('abort', heard('main', 'inner', inner));
  b.signal.addEventListener('abort', heard('main', 'b', b.signal));
  b.abort('b');
  trace('main', 'others', a.signal.aborted, c.signal.aborted);
  trace('main', 'of aborted', AbortSignal.any([c.signal, outer]).reason);
});
