// connect() with an adopted BoundSocket where nobody listens: as without one.
// kinds: tcp unix
'use strict';

const fs = require('node:fs');
const { kind, net, nowhere, place, record, run, state, trace } = require('../harness.cjs');

run(() => {
  nowhere((target) => {
    const handle = new net.BoundSocket(kind === 'unix' ? { path: place('b.sock') } : { host: '127.0.0.1' });
    const sock = net.connect({ ...target, handle });
    record(sock, 'C', 'connect error close');
    trace('C', 'connecting', state(sock));
    sock.on('close', () => trace('C', 'closed', state(sock), fs.existsSync('b.sock')));
  });
});
