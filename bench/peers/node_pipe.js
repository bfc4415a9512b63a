'use strict';
// Echo server: Node, each socket piped into itself.
const net = require('node:net');

const { listen } = require('./node_support.js');

const server = net.createServer({ noDelay: true }, (sock) => {
  sock.pipe(sock);
});
listen(server, process.argv[2]);
