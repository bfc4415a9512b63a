// refresh() starts a timer's time anew.
// kinds: plain
'use strict';

const { note, run } = require('../harness.cjs');

run(() => {
  const timer = setTimeout(note('main', 'refreshed'), 60);
  setTimeout(() => timer.refresh(), 30);
  setTimeout(note('main', 'at 75'), 75);
});
