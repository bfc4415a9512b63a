// A local address or port that is empty or 0 is none; for a path they are not looked at.
// kinds: tcp unix
'use strict';

const { outgoing, serve } = require('../connecting.cjs');
const { run } = require('../harness.cjs');

run(() => {
  serve((target) => outgoing({ ...target, localAddress: '', localPort: 0 }));
});
