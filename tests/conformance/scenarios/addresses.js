// The addresses of both ends while connected.
// kinds: tcp unix
'use strict';

const { kind, pair, run, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    for (const [who, sock] of [['C', C], ['S', S]]) {
      trace(who, 'address', sock.address());
      trace(who, 'local', sock.localAddress, sock.localFamily, sock.localPort > 0);
      trace(who, 'remote', sock.remoteAddress, sock.remoteFamily, sock.remotePort > 0);
    }
    if (kind === 'tcp')
      trace('main', 'same ports', C.localPort === S.remotePort, C.remotePort === S.localPort);
    C.destroy();
    S.destroy();
  });
});
