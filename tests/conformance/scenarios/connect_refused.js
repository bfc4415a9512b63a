// Nobody listens: 'error', then 'close' with true, and never 'connect'.
// kinds: tcp unix
'use strict';

const { net, note, nowhere, record, run, state, trace } = require('../harness.cjs');

run(() => {
  nowhere((target) => {
    const client = net.connect(target, note('C', 'connect listener'));
    record(client, 'C', 'connect ready error end finish close');
    client.on('error', () => trace('C', 'state in error', state(client)));
    client.on('close', () => trace('C', 'state in close', state(client)));
  });
});
