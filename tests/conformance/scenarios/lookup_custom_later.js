// A lookup function that takes its time: the socket is opening, and writes wait.
// kinds: tcp
'use strict';

const { looking, outgoing } = require('../connecting.cjs');
const { listen, net, record, run, state, trace, where } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => {
    record(sock, 'S', 'data end close');
    sock.on('end', () => server.close());
  });
  listen(server, () => {
    const client = outgoing(looking(where(server), (hostname, options, callback) => {
      setTimeout(() => {
        trace('C', 'answering', state(client), client.bytesWritten);
        callback(null, '127.0.0.1', 4);
      }, 30);
    }, { autoSelectFamily: false }));
    client.end('waited');
    trace('C', 'after connect', state(client));
  });
});
