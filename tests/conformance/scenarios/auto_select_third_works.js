// Two addresses refuse, the third works, the fourth is left alone.
// kinds: tcp
// only: linux
'use strict';

const { named, outgoing, serve, tried } = require('../connecting.cjs');
const { run, trace } = require('../harness.cjs');

run(() => {
  serve((target) => {
    const client = outgoing(named(target, '127.0.0.2', '127.0.0.3', '127.0.0.1', '127.0.0.4'));
    client.on('connect', () => trace('C', 'tried', tried(client)));
  });
});
