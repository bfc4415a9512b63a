// A refused connection that nobody listens to: the error is uncaught, 'close' still comes.
// kinds: tcp unix
'use strict';

const { net, nowhere, record, run } = require('../harness.cjs');

run(() => {
  nowhere((target) => {
    record(net.connect(target), 'main/C', 'close');
  });
});
