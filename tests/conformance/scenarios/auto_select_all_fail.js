// All addresses refuse: one error with all errors, and the code of the first.
// kinds: tcp
// only: linux
'use strict';

const { named, outgoing, tried } = require('../connecting.cjs');
const { nowhere, run, trace } = require('../harness.cjs');

run(() => {
  nowhere((target) => {
    const client = outgoing(named(target, '127.0.0.1', '127.0.0.2'));
    client.on('error', (err) => {
      trace('C', 'is', err instanceof AggregateError, err.code, err.syscall, err.address);
      trace('C', 'errors', err.errors.length, err.errors.map((each) => `${each.code} ${each.address}`));
      trace('C', 'tried', tried(client), client.errored === err);
    });
  });
});
