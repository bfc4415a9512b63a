// An IPv4 address in its IPv6 form.
// kinds: tcp
'use strict';

const { outgoing, serve } = require('../connecting.cjs');
const { run, trace } = require('../harness.cjs');

run(() => {
  serve(({ port }) => {
    const client = outgoing({ port, host: '::ffff:127.0.0.1' });
    client.on('connect', () => trace('C', 'at', client.remoteAddress, client.remoteFamily, client.address()));
  });
});
