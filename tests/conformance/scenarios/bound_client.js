// A socket made of a BoundSocket: its address is known before it connects, and it tries at once.
// kinds: tcp
// only: linux
'use strict';

const { EVENTS, serve } = require('../connecting.cjs');
const { net, record, run, state, trace } = require('../harness.cjs');

run(() => {
  serve((target) => {
    const bound = new net.BoundSocket({ host: '127.0.0.1' });
    const { port } = bound.address();
    const sock = new net.Socket({ handle: bound });
    record(sock, 'C', EVENTS);
    sock.resume();
    trace('C', 'made', state(sock), sock.localAddress, sock.localPort === port, sock.remoteAddress);
    sock.connect(target);
    trace('C', 'after connect', state(sock));
    sock.on('connect', () => trace('C', 'local', sock.localPort === port));
  });
});
