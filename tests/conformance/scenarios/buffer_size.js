// bufferSize is the queued length while there is a handle.
// kinds: tcp unix
'use strict';

const { listen, net, run, trace, where } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => {
    trace('S', 'accepted', sock.bufferSize);
    sock.resume();
    sock.on('close', () => trace('S', 'close', sock.bufferSize));
    server.close();
  });
  listen(server, () => {
    const client = new net.Socket();
    const tell = (label) => trace('C', label, client.bufferSize);
    tell('new');
    client.connect(where(server), () => tell('connect'));
    client.on('ready', () => {
      tell('ready');
      client.cork();
      client.write('123');
      tell('corked');
      client.uncork();
      tell('uncorked');
      client.destroy();
      tell('destroyed');
    });
    tell('connecting');
    client.write('12345');
    tell('queued');
    client.on('close', () => tell('close'));
  });
});
