// connect() to a file that is no socket.
// kinds: unix
'use strict';

const fs = require('node:fs');
const { net, record, run } = require('../harness.cjs');

run(() => {
  fs.writeFileSync('plain', 'text');
  const client = net.connect('plain');
  record(client, 'C', 'connect error close');
});
