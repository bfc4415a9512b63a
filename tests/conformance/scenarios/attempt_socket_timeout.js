// The socket's own timeout runs while it connects; it ends nothing by itself.
// kinds: tcp
// only: linux
'use strict';

const { EVENTS, named, silent } = require('../connecting.cjs');
const { net, record, run, state, trace } = require('../harness.cjs');

run(() => {
  silent((target, release) => {
    const client = net.connect({ ...named(target, '127.0.0.1', '127.0.0.2'), timeout: 40 });
    record(client, 'C', EVENTS);
    client.on('timeout', () => {
      trace('C', 'timeout', state(client), client.timeout);
      client.destroy(new Error('too long'));
      release();
    });
  });
});
