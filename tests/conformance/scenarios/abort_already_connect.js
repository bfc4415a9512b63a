// connect() of the module with a signal that is aborted already.
// kinds: tcp
'use strict';

const { EVENTS, serve } = require('../connecting.cjs');
const { net, record, run, state, trace } = require('../harness.cjs');

run(() => {
  serve((target, server) => {
    const client = net.connect({ ...target, signal: AbortSignal.abort() });
    record(client, 'C', EVENTS);
    client.resume();
    setTimeout(() => {
      trace('C', 'later', state(client));
      client.destroy();
      server.close();
    }, 100);
  });
});
