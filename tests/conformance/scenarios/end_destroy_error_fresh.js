// end() and destroy(err) in one step on a socket that was never connected: 'finish', then 'close'.
// kinds: plain
'use strict';

const { finished } = require('node:stream');
const { answer, net, record, run } = require('../harness.cjs');

run(() => {
  const client = new net.Socket();
  record(client, 'C', 'prefinish finish error');
  finished(client, { readable: false }, answer('C', 'finished writing'));
  record(client, 'C', 'close');
  client.end(answer('C', 'end callback'));
  client.destroy(new Error('boom'));
});
