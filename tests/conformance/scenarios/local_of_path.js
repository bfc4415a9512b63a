// For a path a local address and port are not looked at.
// kinds: unix
'use strict';

const { outgoing, serve } = require('../connecting.cjs');
const { run } = require('../harness.cjs');

run(() => {
  serve((target) => outgoing({ ...target, localAddress: '127.0.0.1', localPort: 80 }));
});
