// Ticks between the 'error' and the 'close' of a refused connection.
// kinds: tcp unix
'use strict';

const { net, nowhere, record, run, trace } = require('../harness.cjs');

run(() => {
  nowhere((target) => {
    const client = net.connect(target);
    client.on('error', () => {
      trace('C', 'error');
      process.nextTick(() => trace('C', 'tick of error'));
      setImmediate(() => trace('C', 'immediate of error'));
    });
    record(client, 'C', 'close');
  });
});
