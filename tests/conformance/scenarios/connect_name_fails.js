// A name that does not resolve: 'lookup' with the error, 'error', 'close'.
// kinds: tcp
'use strict';

const { net, record, run } = require('../harness.cjs');

run(() => {
  const client = net.connect({ port: 80, host: '256.1.1.1' });
  record(client, 'C', 'lookup connect error close');
});
