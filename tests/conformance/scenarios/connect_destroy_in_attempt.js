// destroy() in 'connectionAttempt' of a plain connection.
// kinds: tcp unix
'use strict';

const { EVENTS, outgoing } = require('../connecting.cjs');
const { net, nowhere, record, run, state, trace } = require('../harness.cjs');

run(() => {
  nowhere((target) => {
    const client = outgoing(target);
    client.on('connectionAttempt', () => client.destroy());
    const early = new net.Socket();
    record(early, 'E', EVENTS);
    early.on('connectionAttempt', () => early.destroy());
    early.connect(target);
    trace('E', 'after connect', state(early));
  });
});
