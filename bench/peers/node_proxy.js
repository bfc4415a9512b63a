'use strict';
// What pynet_proxy.py does, with Node.
const net = require('node:net');

const support = require('./node_support.js');

const [, , target, path] = process.argv;
const where = support.target(target);
const server = net.createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
  const upstream = net.connect({ ...where, allowHalfOpen: true, noDelay: true });
  client.pipe(upstream);
  upstream.pipe(client);
});
support.listen(server, path);
