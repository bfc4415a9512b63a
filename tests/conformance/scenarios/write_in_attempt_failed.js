// write() in 'connectionAttemptFailed'.
// kinds: tcp unix
'use strict';

const { answer, net, nowhere, record, run, state, trace } = require('../harness.cjs');

run(() => {
  nowhere((empty) => {
    const client = net.connect(empty);
    record(client, 'C', 'error finish close');
    client.on('connectionAttemptFailed', () => {
      trace('C', 'failed', state(client));
      trace('C', 'write', client.write('x', answer('C', 'write callback')), client.writableLength, client.bytesWritten);
    });
  });
});
