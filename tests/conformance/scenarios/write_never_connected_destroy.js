// write() on a socket that was never connected, then destroy() in one step.
// kinds: plain
'use strict';

const { answer, net, record, run, trace } = require('../harness.cjs');

run(() => {
  const client = new net.Socket();
  record(client, 'C', 'error');
  client.on('close', () => trace('C', 'close', client.errored));
  client.write('one', answer('C', 'one'));
  client.destroy();
  client.write('two', answer('C', 'two'));
});
