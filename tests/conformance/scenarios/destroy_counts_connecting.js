// errored, bytesWritten and writableLength when writes wait for the connection at destroy().
// kinds: tcp unix
'use strict';

const { net, nowhere, run, trace } = require('../harness.cjs');

run(() => {
  nowhere((empty) => {
    const client = net.connect(empty);
    const show = (when) => trace('C', when, client.errored && client.errored.code, client.bytesWritten, client.writableLength,
      client.writableNeedDrain);
    client.write('one', () => show('one'));
    client.write('two', () => show('two'));
    show('before');
    client.on('error', () => show('error'));
    client.on('close', () => {
      show('closed');
      setImmediate(() => show('later'));
    });
  });
});
