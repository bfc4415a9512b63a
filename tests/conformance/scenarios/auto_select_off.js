// Without automatic selection only one address is tried.
// kinds: tcp
// only: linux
'use strict';

const { named, outgoing, serve, tried } = require('../connecting.cjs');
const { run, trace } = require('../harness.cjs');

run(() => {
  serve((target, server) => {
    const client = outgoing({ ...named(target, '127.0.0.2', '127.0.0.1'), autoSelectFamily: false });
    client.on('close', () => {
      trace('C', 'tried', tried(client));
      server.close();
    });
  });
});
