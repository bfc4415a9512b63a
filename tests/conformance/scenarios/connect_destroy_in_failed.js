// destroy() in 'connectionAttemptFailed' of a plain connection.
// kinds: tcp unix
'use strict';

const { EVENTS } = require('../connecting.cjs');
const { net, nowhere, record, run } = require('../harness.cjs');

run(() => {
  nowhere((target) => {
    const client = new net.Socket();
    record(client, 'C', EVENTS);
    client.on('connectionAttemptFailed', () => client.destroy());
    client.connect(target);
  });
});
