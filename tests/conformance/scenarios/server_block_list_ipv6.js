// A rule of IPv6.
// kinds: tcp
// needs: ipv6
'use strict';

const { net, record, run, trace } = require('../harness.cjs');

run(() => {
  const blockList = new net.BlockList();
  blockList.addAddress('::1', 'ipv6');
  const server = net.createServer({ blockList }, (sock) => {
    trace('srv', 'connection', sock.remoteAddress);
    sock.destroy();
    server.close();
  });
  server.listen(0, '::', () => {
    const { port } = server.address();
    const blocked = net.connect(port, '::1');
    record(blocked, 'blocked', 'connect ready data end error close');
    blocked.resume().on('close', () => net.connect(port, '127.0.0.1').resume());
  });
});
