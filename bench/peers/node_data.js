'use strict';
// Echo server: Node, a `data` listener that writes back.
const net = require('node:net');

const { listen } = require('./node_support.js');

const server = net.createServer({ noDelay: true }, (sock) => {
  sock.on('data', (data) => sock.write(data));
});
listen(server, process.argv[2]);
