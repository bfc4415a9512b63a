// The property blockList can be set after the server was made, and taken away.
// kinds: tcp
'use strict';

const { connect, listen, net, record, run, trace } = require('../harness.cjs');

run(() => {
  const blockList = new net.BlockList();
  blockList.addRange('127.0.0.1', '127.0.0.9');
  const server = net.createServer((sock) => {
    trace('srv', 'connection');
    sock.destroy();
    server.close();
  });
  trace('srv', 'fresh', server.blockList);
  server.blockList = blockList;
  trace('srv', 'set', server.blockList === blockList);
  listen(server, () => {
    const blocked = connect(server);
    record(blocked, 'blocked', 'connect ready data end error close');
    blocked.resume().on('close', () => {
      server.blockList = undefined;
      connect(server).resume();
    });
  });
});
