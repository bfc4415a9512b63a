// Numbers that getaddrinfo() takes for an IPv4 address.
// kinds: tcp
// only: linux
'use strict';

const { outgoing } = require('../connecting.cjs');
const { listen, net, run, where } = require('../harness.cjs');

run(() => {
  const hosts = ['127.1', '0x7f.1', '2130706433', '0177.0.0.1'];
  const server = net.createServer((sock) => sock.end().resume());
  listen(server, () => {
    const next = () => {
      const host = hosts.shift();
      if (host === undefined)
        return server.close();
      outgoing({ port: where(server).port, host }, host).on('close', next);
    };
    next();
  });
});
