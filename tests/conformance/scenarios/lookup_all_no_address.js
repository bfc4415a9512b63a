// All addresses are wanted, and none of what the lookup function gives is one.
// kinds: plain
'use strict';

const { outgoing, tried } = require('../connecting.cjs');
const { run, state, trace } = require('../harness.cjs');

run(() => {
  const lists = [
    ['one', [{ address: 'x', family: 4 }]],
    ['two', [{ address: 'x', family: 4 }, { address: 'y', family: 6 }]],
    ['family', [{ address: '127.0.0.1', family: 9 }]],
    ['families', [{ address: '127.0.0.1', family: 9 }, { address: '::1', family: 8 }]],
  ];
  for (const [label, list] of lists) {
    const lookup = (hostname, options, callback) => setImmediate(() => callback(null, list));
    const client = outgoing({ port: 80, host: 'some.name', lookup }, label);
    client.on('close', () => trace(label, 'state', state(client), tried(client)));
  }
});
