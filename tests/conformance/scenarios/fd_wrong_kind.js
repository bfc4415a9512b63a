// Descriptors that are no stream sockets raise at once.
// kinds: plain
// only: linux
'use strict';

const fs = require('node:fs');
const dgram = require('node:dgram');
const { attempt, net, run } = require('../harness.cjs');

run(() => {
  const file = fs.openSync('file', 'w');
  attempt('main', 'file', () => new net.Socket({ fd: file }));
  attempt('main', 'folder', () => new net.Socket({ fd: fs.openSync('.', 'r') }));
  attempt('main', 'null device', () => new net.Socket({ fd: fs.openSync('/dev/null', 'r') }));
  attempt('main', 'closed', () => new net.Socket({ fd: 9999 }));
  const udp = dgram.createSocket('udp4').bind(0, '127.0.0.1', () => {
    const inner = Object.getOwnPropertySymbols(udp).find((symbol) => symbol.description === 'state symbol');
    attempt('main', 'datagrams', () => new net.Socket({ fd: udp[inner].handle.fd }));
    udp.close();
  });
});
