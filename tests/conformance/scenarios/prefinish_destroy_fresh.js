// destroy() in 'prefinish' of a socket that was never connected.
// kinds: plain
'use strict';

const { answer, net, record, run } = require('../harness.cjs');

run(() => {
  const client = new net.Socket();
  record(client, 'C', 'prefinish finish error close');
  client.on('prefinish', () => client.destroy());
  client.end(answer('C', 'end callback'));
});
