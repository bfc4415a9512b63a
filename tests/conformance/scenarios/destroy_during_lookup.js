// destroy() while the name is looked up: 'close', and nothing of the late answer.
// kinds: tcp
'use strict';

const { net, record, run, state, trace } = require('../harness.cjs');

run(() => {
  const client = net.connect({ port: 80, host: 'localhost' });
  record(client, 'C', 'lookup connect error close');
  client.destroy();
  setTimeout(() => trace('C', 'later', state(client)), 100);
});
