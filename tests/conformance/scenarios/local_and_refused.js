// A refused connection from a local address and port: the error names them.
// kinds: tcp
'use strict';

const { outgoing } = require('../connecting.cjs');
const { nowhere, run, trace } = require('../harness.cjs');

run(() => {
  nowhere((from) => nowhere((target) => {
    outgoing({ ...target, localAddress: '127.0.0.1' }, 'C1');
    const client = outgoing({ ...target, localAddress: '127.0.0.1', localPort: from.port }, 'C2');
    client.on('error', (err) => trace('C2', 'code', err.code, err.syscall, err.address, err.port === target.port));
  }));
});
