// connect() with an adopted BoundSocket: from there, the attempt within the call; the file goes with the socket.
// kinds: tcp unix
'use strict';

const fs = require('node:fs');
const { kind, listen, name, net, place, record, run, state, trace, where } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => {
    name(sock, 'S');
    trace('S', 'accepted', sock.remotePort === at.port);
    sock.end('hello');
    sock.resume();
    server.close();
  });
  let at;
  listen(server, () => {
    const bound = new net.BoundSocket(kind === 'unix' ? { path: place('b.sock') } : { host: '127.0.0.1' });
    at = bound.address();
    const sock = new net.Socket({ handle: bound });
    record(sock, 'C', 'lookup connectionAttempt connectionAttemptFailed connect ready data end error close');
    trace('C', 'before', state(sock));
    sock.connect(where(server), () => trace('C', 'callback', state(sock)));
    trace('C', 'connecting', state(sock), sock.localAddress, sock.localPort === at.port);
    const file = () => fs.existsSync('b.sock');
    sock.on('connect', () => trace('C', 'local', sock.localAddress, sock.localPort === at.port, file()));
    sock.on('close', () => trace('C', 'closed', state(sock), file()));
  });
});
