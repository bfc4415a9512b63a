// The address 0.0.0.0 is this machine.
// kinds: tcp
// only: linux
'use strict';

const { outgoing, serve } = require('../connecting.cjs');
const { run, trace } = require('../harness.cjs');

run(() => {
  serve(({ port }) => {
    const client = outgoing({ port, host: '0.0.0.0' });
    client.on('connect', () => trace('C', 'remote', client.remoteAddress));
  });
});
