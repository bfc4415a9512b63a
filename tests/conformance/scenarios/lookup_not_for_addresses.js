// A lookup function is not called for an address, nor for a path.
// kinds: tcp unix
'use strict';

const { outgoing, serve } = require('../connecting.cjs');
const { run, trace } = require('../harness.cjs');

run(() => {
  serve((target) => {
    outgoing({ ...target, lookup: () => trace('C', 'asked') });
  });
});
