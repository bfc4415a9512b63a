// A refused attempt: 'connectionAttemptFailed' with the error, before 'error'.
// kinds: tcp unix
'use strict';

const { net, nowhere, record, run } = require('../harness.cjs');

run(() => {
  nowhere((target) => {
    const client = new net.Socket();
    record(client, 'C', 'connectionAttempt connectionAttemptFailed error close');
    client.connect(target);
  });
});
