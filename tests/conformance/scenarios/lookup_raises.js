// What a lookup function raises at once leaves connect().
// kinds: plain
'use strict';

const { attempt, net, record, run, state, trace } = require('../harness.cjs');

run(() => {
  for (const autoSelectFamily of [false, true]) {
    const lookup = () => {
      throw new Error('no luck');
    };
    const client = new net.Socket();
    record(client, 'C', 'lookup error close');
    attempt('C', 'connect', () => client.connect({ port: 80, host: 'some.name', lookup, autoSelectFamily }));
    trace('C', 'after', state(client));
  }
});
