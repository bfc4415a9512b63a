// A signal that is aborted right after connect().
// kinds: tcp unix
'use strict';

const { outgoing, serve, states } = require('../connecting.cjs');
const { run, state, trace } = require('../harness.cjs');

run(() => {
  serve((target, server) => {
    const controller = new AbortController();
    const client = outgoing({ ...target, signal: controller.signal });
    controller.abort();
    trace('C', 'after', state(client));
    states(client, 'C', 'error close');
    client.on('close', () => server.close());
  });
});
