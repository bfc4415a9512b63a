// Values for the option handle of Socket() and connect(): a BoundSocket that is adopted already, or closed.
// kinds: plain
'use strict';

const { attempt, net, run } = require('../harness.cjs');

run(() => {
  const adopted = new net.BoundSocket();
  const server = net.createServer().listen(adopted, () => {
    attempt('main', 'Socket', () => new net.Socket({ handle: adopted }));
    attempt('main', 'connect', () => net.connect({ port: 80, host: '127.0.0.1', handle: adopted }));
    attempt('main', 'listen', () => net.createServer().listen(adopted));
    attempt('main', 'listen option', () => net.createServer().listen({ handle: adopted }));
    server.close();
  });
  const closed = new net.BoundSocket();
  closed.close();
  attempt('main', 'closed', () => new net.Socket({ handle: closed }));
  attempt('main', 'closed, listen', () => net.createServer().listen(closed));
});
