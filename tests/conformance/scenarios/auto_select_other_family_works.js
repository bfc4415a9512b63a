// The IPv6 address refuses, the IPv4 address works.
// kinds: tcp
// only: linux
'use strict';

const { named, outgoing, serve } = require('../connecting.cjs');
const { run, trace } = require('../harness.cjs');

run(() => {
  serve((target) => {
    const client = outgoing(named(target, '::ffff:127.0.0.9', '127.0.0.1'));
    client.on('connect', () => trace('C', 'connected', client.remoteAddress, client.remoteFamily, client.localFamily));
  });
});
