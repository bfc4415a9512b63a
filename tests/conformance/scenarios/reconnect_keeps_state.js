// What connect() on a destroyed socket keeps of the connection before.
// kinds: tcp unix
'use strict';

const { connect, listen, net, run, trace, where } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => {
    sock.on('error', () => {}).resume();
    sock.write('hello');
  });
  listen(server, () => {
    const client = connect(server, {});
    const flags = (when) => trace('C', when, client.readableDidRead, client.readableLength, client.writableCorked,
      client.writableNeedDrain, client.writableLength, client.bytesRead, client.bytesWritten, client.readableFlowing,
      client.isPaused(), client.errored, client.readableAborted);
    client.once('data', () => {
      client.pause();
      client.cork();
      client.write(Buffer.alloc(100000));
      flags('before');
      client.destroy();
      flags('destroyed');
    });
    client.once('close', () => {
      flags('closed');
      client.connect(where(server));
      flags('again');
      client.once('connect', () => setTimeout(() => {
        flags('connected');
        client.once('close', () => server.close());
        client.destroy();
      }, 30));
    });
  });
});
