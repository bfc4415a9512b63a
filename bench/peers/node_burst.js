'use strict';
// What pynet_burst.py does, with Node; with `--cork` as the first argument the writes of one answer are corked.
const net = require('node:net');

const { listen } = require('./node_support.js');

const WRITES = 1000;
const LINE = Buffer.alloc(64, 'x');
const args = process.argv.slice(2);
const corked = args[0] === '--cork';
const path = args[corked ? 1 : 0];
const server = net.createServer({ noDelay: true }, (sock) => {
  sock.on('data', () => {
    if (corked) sock.cork();
    for (let i = 0; i < WRITES; i++) sock.write(LINE);
    if (corked) sock.uncork();
  });
});
listen(server, path);
