// Socket({handle: bound}) before connect(): not pending, its address known; destroy() closes it.
// kinds: tcp unix
'use strict';

const fs = require('node:fs');
const { attempt, kind, net, place, record, run, state, trace } = require('../harness.cjs');

run(() => {
  const bound = new net.BoundSocket(kind === 'unix' ? { path: place('b.sock') } : { host: '127.0.0.1' });
  const at = bound.address();
  const sock = new net.Socket({ handle: bound });
  record(sock, 'C', 'error close');
  trace('C', 'state', state(sock), sock.bufferSize, sock.bytesWritten);
  trace('C', 'local', sock.localAddress, sock.localFamily, sock.localPort === at.port, sock.address().address);
  trace('C', 'remote', sock.remoteAddress, sock.remotePort, sock.remoteFamily);
  attempt('main', 'adopted', () => bound.address());
  attempt('main', 'again', () => new net.Socket({ handle: bound }));
  trace('main', 'is', bound.isPipe, fs.existsSync('b.sock'));
  sock.destroy();
  trace('C', 'destroyed', state(sock), fs.existsSync('b.sock'));
});
