// An unref'd timer does not keep the loop; ref() makes it do so again.
// kinds: plain
'use strict';

const { note, run, trace } = require('../harness.cjs');

run(() => {
  setTimeout(note('main', 'never'), 500).unref();
  setInterval(note('main', 'never'), 500).unref();
  setTimeout(note('main', 'kept'), 40).unref().ref();
  setTimeout(note('main', 'short'), 5);
  const timer = setTimeout(() => {}, 1);
  trace('main', 'hasRef', timer.hasRef(), timer.unref().hasRef());
});
