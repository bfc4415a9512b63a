// A lookup function that gives an error: 'lookup' with it, 'error', 'close'.
// kinds: plain
'use strict';

const { outgoing, states, tried } = require('../connecting.cjs');
const { run, trace } = require('../harness.cjs');

run(() => {
  const failing = (hostname, options, callback) => setImmediate(() => callback(new Error('no such name')));
  for (const autoSelectFamily of [false, true]) {
    const who = `C${autoSelectFamily}`;
    const client = outgoing({ port: 80, host: 'some.name', lookup: failing, autoSelectFamily }, who);
    states(client, who, 'lookup error close');
    client.on('close', () => trace(who, 'tried', tried(client)));
  }
});
