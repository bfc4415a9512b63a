// What connect() refuses when it comes to it, and the state after it.
// kinds: plain
'use strict';

const { attempt, net, run, state, trace } = require('../harness.cjs');

run(() => {
  const lists = [
    ['localAddress', { port: 80, host: '127.0.0.1', localAddress: 'x' }],
    ['localPort', { port: 80, host: '127.0.0.1', localPort: 'x' }],
    ['lookup', { port: 80, host: 'some.name', lookup: 5 }],
  ];
  for (const [label, options] of lists) {
    const sock = new net.Socket();
    attempt('main', label, () => sock.connect(options));
    trace('main', 'state', state(sock));
  }
});
