// destroy() during a lookup and connect() again: the late answer of the first lookup changes nothing.
// kinds: tcp
'use strict';

const { looking, outgoing } = require('../connecting.cjs');
const { listen, net, run, state, trace, where } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => sock.end().resume());
  listen(server, () => {
    const callbacks = [];
    const options = looking(where(server), (hostname, given, callback) => callbacks.push(callback));
    const client = outgoing({ ...options, autoSelectFamily: false });
    client.destroy();
    client.once('close', () => {
      client.connect({ ...options, autoSelectFamily: false });
      callbacks[1](null, '127.0.0.1', 4);
      trace('C', 'after connect', state(client));
      client.once('close', () => server.close());
    });
  });
});
