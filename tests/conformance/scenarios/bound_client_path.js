// A socket made of a BoundSocket with a path.
// kinds: unix
'use strict';

const fs = require('node:fs');
const { EVENTS } = require('../connecting.cjs');
const { listen, net, record, run, state, trace, where } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => {
    sock.end().resume();
    server.close();
  });
  listen(server, () => {
    const sock = new net.Socket({ handle: new net.BoundSocket({ path: 'mine.sock' }) });
    record(sock, 'C', EVENTS);
    sock.resume();
    trace('C', 'made', state(sock), sock.localAddress, sock.remoteAddress);
    sock.connect(where(server));
    sock.on('connect', () => trace('C', 'local', sock.localAddress, fs.existsSync('mine.sock')));
    sock.on('close', () => trace('C', 'file', fs.existsSync('mine.sock')));
  });
});
