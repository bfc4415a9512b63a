// destroy() in 'connectionAttemptTimeout'.
// kinds: tcp
// only: linux
'use strict';

const { named, outgoing, silent, tried } = require('../connecting.cjs');
const { run, trace } = require('../harness.cjs');

run(() => {
  silent((target, release) => {
    const client = outgoing({ ...named(target, '127.0.0.1', '127.0.0.2'), autoSelectFamilyAttemptTimeout: 30 });
    client.on('connectionAttemptTimeout', () => client.destroy());
    client.on('close', () => {
      trace('C', 'tried', tried(client));
      release();
    });
  });
});
