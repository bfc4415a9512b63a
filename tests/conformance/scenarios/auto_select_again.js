// Connecting again after all addresses failed: what was tried is forgotten.
// kinds: tcp
// only: linux
'use strict';

const { named, outgoing, tried } = require('../connecting.cjs');
const { nowhere, run, trace } = require('../harness.cjs');

run(() => {
  nowhere((target) => {
    const client = outgoing(named(target, '127.0.0.2', '127.0.0.1'));
    client.once('close', () => {
      client.connect(named(target, '127.0.0.3', '127.0.0.4'));
      trace('C', 'again', tried(client));
      client.once('close', () => {
        trace('C', 'tried', tried(client));
        client.connect(target);
        client.once('close', () => trace('C', 'at last', tried(client)));
      });
    });
  });
});
