// setKeepAlive() in its forms, on a connected socket, as the system has it then.
// kinds: tcp
// only: linux
'use strict';

const { options } = require('../descriptors.cjs');
const { attempt, pair, run, trace } = require('../harness.cjs');

run(() => {
  const rows = [
    ['nothing', (sock) => sock.setKeepAlive()],
    ['true', (sock) => sock.setKeepAlive(true)],
    ['true, 999', (sock) => sock.setKeepAlive(true, 999)],
    ['true, 1500', (sock) => sock.setKeepAlive(true, 1500)],
    ['true, all', (sock) => sock.setKeepAlive(true, 4000, 2000, 3)],
    ['options', (sock) => sock.setKeepAlive({ enable: true, initialDelay: 5000, interval: 3000, count: 4 })],
    ['options, some', (sock) => sock.setKeepAlive({ enable: true, initialDelay: 5000 })],
    ['off', (sock) => sock.setKeepAlive(false)],
    ['options, empty', (sock) => sock.setKeepAlive({})],
    ['again', (sock) => sock.setKeepAlive(true, 2000)],
  ];
  pair({}, {}, (client, peer) => {
    for (const [label, set] of rows) {
      attempt('C', label, () => set(client));
      trace('C', 'now', options(client));
    }
    client.destroy();
    peer.destroy();
  });
});
