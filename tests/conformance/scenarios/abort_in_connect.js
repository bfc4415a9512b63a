// A signal that is aborted in 'connect'.
// kinds: tcp unix
'use strict';

const { outgoing, serve } = require('../connecting.cjs');
const { run, state, trace } = require('../harness.cjs');

run(() => {
  serve((target) => {
    const controller = new AbortController();
    const client = outgoing({ ...target, signal: controller.signal });
    client.on('connect', () => {
      controller.abort();
      trace('C', 'after', state(client));
    });
  });
});
