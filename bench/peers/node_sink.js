'use strict';
// What pynet_sink.py does, with Node: `data` or `onread`.
const net = require('node:net');

const support = require('./node_support.js');

const SIZE = 256 * 1024; // of a buffer of our own
const [, , how, target] = process.argv;
const where = support.target(target);

function download() {
  let count = 0;
  const options = { ...where, allowHalfOpen: true };
  if (how === 'onread')
    options.onread = { buffer: Buffer.alloc(SIZE), callback: (nread) => { count += nread; } };
  const sock = net.connect(options);
  if (how === 'data')
    sock.on('data', (data) => { count += data.length; });
  sock.on('end', () => sock.end(String(count)));
  sock.on('close', download);
}

console.log('ready');
download();
