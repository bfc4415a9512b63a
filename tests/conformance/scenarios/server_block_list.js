// A peer on the block list is closed without any event of the server; others are served.
// kinds: tcp
'use strict';

const { net, note, record, run, trace } = require('../harness.cjs');

run(() => {
  const blockList = new net.BlockList();
  blockList.addAddress('127.0.0.1');
  const server = net.createServer({ blockList }, (sock) => {
    trace('srv', 'connection', sock.remoteAddress);
    sock.destroy();
    server.close();
  });
  record(server, 'srv', 'drop error close');
  server.listen(0, '0.0.0.0', () => {
    const { port } = server.address();
    const blocked = net.connect(port, '127.0.0.1');
    record(blocked, 'blocked', 'connect ready data end error close');
    blocked.resume().on('close', () => {
      server.getConnections(note('srv', 'connections'));
      blockList.clear();
      net.connect(port, '127.0.0.1').resume();
    });
  });
});
