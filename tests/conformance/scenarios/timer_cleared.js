// A cleared timer or immediate does not run, also when another of the same pass clears it.
// kinds: plain
'use strict';

const { note, run, trace } = require('../harness.cjs');

run(() => {
  const never = note('main', 'never');
  clearTimeout(setTimeout(never, 1));
  clearImmediate(setImmediate(never));
  let second = null;
  setTimeout(() => {
    trace('main', 'first clears second');
    clearTimeout(second);
  }, 5);
  second = setTimeout(never, 5);
  setTimeout(note('main', 'third'), 5);
  let other = null;
  setImmediate(() => clearImmediate(other));
  other = setImmediate(never);
  clearTimeout(null);
});
