// A name that the system does not resolve, with and without automatic selection.
// kinds: plain
'use strict';

const { outgoing, states } = require('../connecting.cjs');
const { run, trace } = require('../harness.cjs');

run(() => {
  for (const autoSelectFamily of [false, true]) {
    const who = `C${autoSelectFamily}`;
    const client = outgoing({ port: 80, host: '256.1.1.1', autoSelectFamily }, who);
    client.on('error', (err) => trace(who, 'failed', err.syscall, err.hostname));
    states(client, who, 'lookup error close');
  }
});
