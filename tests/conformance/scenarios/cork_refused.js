// A corked socket whose connection is refused: the callbacks of what was held back get an error.
// kinds: tcp unix
'use strict';

const { answer, net, nowhere, record, run, trace } = require('../harness.cjs');
const { queue } = require('../writing.cjs');

run(() => {
  nowhere((target) => {
    const client = net.connect(target);
    client.on('error', (err) => trace('C', 'error', err.code, queue(client)));
    record(client, 'C', 'finish close');
    client.cork();
    client.write('one', (err) => trace('C', 'first callback', err.code));
    client.write('two', (err) => trace('C', 'second callback', err.code));
    client.on('close', () => {
      client.uncork();
      client.write('late', answer('C', 'late callback'));
    });
  });
});
