// Connecting again after destroy() with an error: nothing is left of it.
// kinds: tcp unix
'use strict';

const { outgoing, serve } = require('../connecting.cjs');
const { nowhere, run, trace } = require('../harness.cjs');

run(() => {
  serve((target) => nowhere((empty) => {
    const client = outgoing(empty);
    client.once('close', () => {
      trace('C', 'closed', client.errored !== null);
      client.connect(target);
      trace('C', 'again', client.errored, client.destroyed, client.closed, client.writable, client.readable);
    });
  }));
});
