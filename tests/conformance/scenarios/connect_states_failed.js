// The states in the events of a connection that is refused.
// kinds: tcp unix
'use strict';

const { states } = require('../connecting.cjs');
const { net, nowhere, run, state, trace } = require('../harness.cjs');

run(() => {
  nowhere((target) => {
    const client = new net.Socket();
    states(client, 'C', 'connectionAttempt connectionAttemptFailed error close');
    client.connect(target);
    trace('C', 'after connect', state(client));
  });
});
