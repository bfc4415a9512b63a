// The option `timeout` of connect() of the module; of a Socket it is not one.
// kinds: tcp unix
'use strict';

const { serve } = require('../connecting.cjs');
const { attempt, net, run, trace } = require('../harness.cjs');

run(() => {
  serve((target, server) => {
    server.close();
    for (const timeout of [500, 0, null])
      trace('C', 'timeout', net.connect({ ...target, timeout }).on('error', () => {}).destroy().timeout);
    trace('C', 'of a socket', new net.Socket({ timeout: 500 }).timeout);
    attempt('C', 'negative', () => net.connect({ ...target, timeout: -1 }));
    attempt('C', 'text', () => net.connect({ ...target, timeout: '5' }));
  });
});
