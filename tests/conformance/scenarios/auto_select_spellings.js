// An address that comes in two spellings.
// kinds: tcp
'use strict';

const { named, outgoing, serve, tried } = require('../connecting.cjs');
const { run, trace } = require('../harness.cjs');

run(() => {
  serve((target) => {
    const client = outgoing(named(target, '::ffff:127.0.0.1', '::FFFF:127.0.0.1'));
    client.on('connect', () => trace('C', 'tried', tried(client)));
  });
});
