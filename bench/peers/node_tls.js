'use strict';
// Echo server over TLS: Node, a `data` listener that writes back. Arguments: certificate and key.
const fs = require('node:fs');
const tls = require('node:tls');

const { listen } = require('./node_support.js');

const [cert, key] = process.argv.slice(2).map((name) => fs.readFileSync(name));
const server = tls.createServer({ cert, key, noDelay: true }, (sock) => {
  sock.on('data', (data) => sock.write(data));
  sock.on('error', () => {});
});
listen(server);
