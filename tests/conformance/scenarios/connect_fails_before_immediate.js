// connect() to a path where there is no server: the error comes before an immediate that was set with it.
// kinds: unix
'use strict';

const { net, nowhere, record, run, trace } = require('../harness.cjs');

run(() => {
  nowhere((empty) => setImmediate(() => {
    setImmediate(() => trace('C', 'immediate'));
    record(net.connect(empty), 'C', 'connect error close');
  }));
});
