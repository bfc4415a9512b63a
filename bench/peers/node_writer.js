'use strict';
// What pynet_writer.py does, with Node.
const net = require('node:net');

const support = require('./node_support.js');

const CHUNK = Buffer.alloc(65536);
const [, , target, mib] = process.argv;
const where = support.target(target);
let left = mib * ((1 << 20) / CHUNK.length);
const sock = net.connect({ ...where, allowHalfOpen: true });

function send() {
  while (left > 0) {
    left--;
    if (!sock.write(CHUNK)) break;
  }
  if (left === 0) {
    left = -1;
    sock.end();
  }
}

sock.once('data', () => {
  sock.on('drain', send);
  send();
});
console.log('ready');
