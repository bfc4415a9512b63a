// What drop tells of a TCP connection.
// kinds: tcp
'use strict';

const { connect, listen, net, note, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer(note('srv', 'connection'));
  server.maxConnections = 0;
  let remotePort = null;
  server.on('drop', (data) => {
    trace('srv', 'keys', Object.keys(data).sort());
    trace('srv', 'local', data.localAddress, data.localFamily, data.localPort === server.address().port);
    trace('srv', 'remote', data.remoteAddress, data.remoteFamily);
    remotePort = data.remotePort;
  });
  listen(server, () => {
    let localPort = null;
    const client = connect(server, {}, () => {
      localPort = client.localPort;
    });
    client.resume().on('close', () => {
      trace('srv', 'same port', remotePort === localPort);
      server.close();
    });
  });
});
