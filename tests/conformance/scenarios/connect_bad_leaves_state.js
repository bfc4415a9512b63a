// What connect() refuses at once, and the state after it.
// kinds: plain
'use strict';

const { attempt, net, run, state, trace } = require('../harness.cjs');

run(() => {
  for (const [label, options] of [['port', { port: 70000 }], ['host', { port: 80, host: 5 }], ['path', { path: 5 }]]) {
    const sock = new net.Socket();
    attempt('main', label, () => sock.connect(options));
    trace('main', 'state', state(sock));
  }
});
