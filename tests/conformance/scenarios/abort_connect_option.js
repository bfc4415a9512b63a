// A signal among the options of connect() of a socket.
// kinds: tcp unix
'use strict';

const { serve } = require('../connecting.cjs');
const { net, record, run, state, trace } = require('../harness.cjs');

run(() => {
  serve((target, server) => {
    const controller = new AbortController();
    const client = new net.Socket();
    record(client, 'C', 'error close');
    client.resume();
    client.connect({ ...target, signal: controller.signal });
    controller.abort();
    trace('C', 'after', state(client));
    client.on('close', () => server.close());
  });
});
