// A socket that has closed and connects again is no longer its signal's.
// kinds: tcp
'use strict';

const { outgoing } = require('../connecting.cjs');
const { listen, net, run, state, trace, where } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => {
    sock.on('error', () => {});
    sock.end().resume();
  });
  listen(server, () => {
    const controller = new AbortController();
    const client = outgoing({ ...where(server), signal: controller.signal });
    client.once('close', () => {
      client.connect(where(server));
      client.once('connect', () => {
        controller.abort();
        trace('C', 'aborted', state(client));
      });
      client.once('close', () => server.close());
    });
  });
});
