// A rule that is added while the server runs counts for the next connection, not for those that are there.
// kinds: tcp
'use strict';

const { connect, listen, net, record, run, trace } = require('../harness.cjs');

run(() => {
  const blockList = new net.BlockList();
  const server = net.createServer({ blockList });
  server.once('connection', (sock) => {
    trace('srv', 'connection');
    blockList.addSubnet('127.0.0.0', 8);
    const blocked = connect(server);
    record(blocked, 'blocked', 'connect ready data end error close');
    blocked.resume().on('close', () => {
      sock.end('still there').resume();
      server.close();
    });
  });
  listen(server, () => record(connect(server), 'C', 'data end error close'));
});
