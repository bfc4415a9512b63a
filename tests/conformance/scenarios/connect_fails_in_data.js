// connect() in a listener, to a path where there is no server: its error comes before an immediate set with it.
// kinds: unix
'use strict';

const { net, nowhere, pair, record, run, trace } = require('../harness.cjs');

run(() => {
  nowhere((empty) => pair({}, {}, (C, S) => {
    C.on('data', () => {
      setImmediate(() => trace('C2', 'immediate'));
      record(net.connect(empty), 'C2', 'connect error close');
      C.destroy();
    });
    S.on('error', () => {});
    S.write('x');
  }));
});
