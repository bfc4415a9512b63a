'use strict';
// What pynet_proxy.py does, with Node.
const net = require('node:net');

const [, , target, path] = process.argv;
const where = /^\d+$/.test(target) ? { port: +target, host: '127.0.0.1' } : { path: target };
const server = net.createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
  const upstream = net.connect({ ...where, allowHalfOpen: true, noDelay: true });
  client.pipe(upstream);
  upstream.pipe(client);
});
server.listen(path ? { path } : { port: 0, host: '127.0.0.1' }, () => console.log(path || server.address().port));
