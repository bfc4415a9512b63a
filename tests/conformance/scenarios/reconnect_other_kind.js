// A socket that was connected to a port connects to a path, and to a port again.
// kinds: tcp
'use strict';

const { outgoing } = require('../connecting.cjs');
const { listen, net, place, run, trace, where } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => sock.end().resume());
  const other = net.createServer((sock) => sock.end().resume());
  listen(server, () => other.listen(place('other.sock'), () => {
    const client = outgoing(where(server));
    client.once('close', () => {
      client.connect(place('other.sock'));
      client.once('connect', () => trace('C', 'path', client.address(), client.remoteAddress));
      client.once('close', () => {
        client.connect(where(server));
        client.once('connect', () => trace('C', 'port', client.address(), client.remoteAddress));
        client.once('close', () => {
          server.close();
          other.close();
        });
      });
    });
  }));
});
