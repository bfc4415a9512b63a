// A blocked peer that comes when the server is full is dropped, with drop.
// kinds: tcp
'use strict';

const { connect, listen, net, note, record, run, trace } = require('../harness.cjs');

run(() => {
  const blockList = new net.BlockList();
  blockList.addAddress('127.0.0.1');
  const server = net.createServer({ blockList }, note('srv', 'connection'));
  server.maxConnections = 0;
  server.on('drop', (data) => {
    trace('srv', 'drop', data.remoteAddress);
    server.maxConnections = 1;
  });
  listen(server, () => {
    const first = connect(server);
    record(first, 'first', 'connect end error close');
    first.resume().on('close', () => {
      const second = connect(server);
      record(second, 'second', 'connect end error close');
      second.resume().on('close', () => server.close(note('srv', 'closed')));
    });
  });
});
