// A server with a small mark: write() is false at once when the socket is corked.
// kinds: tcp unix
'use strict';

const { connect, listen, net, record, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer({ highWaterMark: 4 }, (sock) => {
    sock.cork();
    trace('S', 'write', sock.write('abc'), sock.write('d'), sock.writableNeedDrain);
    sock.uncork();
    sock.end();
    sock.resume();
    server.close();
  });
  listen(server, () => record(connect(server), 'C', 'data end close'));
});
