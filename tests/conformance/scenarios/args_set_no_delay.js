// setNoDelay() on a connected socket, as the system has it then.
// kinds: tcp
// only: linux
'use strict';

const { options } = require('../descriptors.cjs');
const { attempt, pair, run, trace } = require('../harness.cjs');

run(() => {
  const rows = [
    ['false', (sock) => sock.setNoDelay(false)],
    ['nothing', (sock) => sock.setNoDelay()],
    ['false again', (sock) => sock.setNoDelay(false)],
    ['true', (sock) => sock.setNoDelay(true)],
    ['true again', (sock) => sock.setNoDelay(true)],
  ];
  pair({}, {}, (client, peer) => {
    trace('C', 'fresh', options(client));
    for (const [label, set] of rows) {
      attempt('C', label, () => set(client));
      trace('C', 'now', options(client));
    }
    client.destroy();
    peer.destroy();
  });
});
