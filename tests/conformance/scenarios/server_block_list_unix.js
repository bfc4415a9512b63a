// The block list means nothing to a unix server.
// kinds: unix
'use strict';

const { connect, listen, net, record, run, trace } = require('../harness.cjs');

run(() => {
  const blockList = new net.BlockList();
  blockList.addSubnet('0.0.0.0', 0);
  blockList.addSubnet('::', 0, 'ipv6');
  const server = net.createServer({ blockList }, (sock) => {
    trace('srv', 'connection');
    sock.end('hello');
    server.close();
  });
  listen(server, () => record(connect(server), 'C', 'connect data end error close'));
});
