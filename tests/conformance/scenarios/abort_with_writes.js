// A signal that is aborted while writes are waiting: all are answered.
// kinds: tcp unix
'use strict';

const { outgoing } = require('../connecting.cjs');
const { answer, nowhere, run } = require('../harness.cjs');

run(() => {
  const controller = new AbortController();
  nowhere((target) => {
    const client = outgoing({ ...target, signal: controller.signal });
    client.write('one', answer('C', 'one'));
    client.write('two', answer('C', 'two'));
    client.end(answer('C', 'end'));
    controller.abort();
  });
});
