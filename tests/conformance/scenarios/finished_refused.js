// finished() of a socket whose connection is refused.
// kinds: tcp unix
'use strict';

const { finished } = require('node:stream');
const { net, nowhere, record, run, trace } = require('../harness.cjs');

run(() => {
  nowhere((target) => {
    const client = net.connect(target);
    record(client, 'C', 'finish end');
    finished(client, (err) => trace('C', 'finished', err.code));
    record(client, 'C', 'close');
    client.end('unsent');
  });
});
