// A refused connection, the first write without a callback: the error of each waiting callback.
// kinds: tcp unix
'use strict';

const { answer, net, nowhere, record, run, trace } = require('../harness.cjs');

run(() => {
  nowhere((empty) => {
    const client = net.connect(empty);
    record(client, 'C', 'error close');
    client.write('one');
    client.write('two', answer('C', 'two'));
    client.write('', answer('C', 'empty'));
    client.end('three', answer('C', 'end callback'));
    trace('C', 'length', client.writableLength);
  });
});
