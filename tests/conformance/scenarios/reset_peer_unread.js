// What the peer has not read from the system yet comes before the reset.
// kinds: tcp
'use strict';

const { pair, record, run, settle } = require('../harness.cjs');

run(() => {
  pair({ pauseOnConnect: true }, {}, (C, S) => {
    record(C, 'C', 'error close');
    record(S, 'S', 'data end error close');
    C.write('never read', () => settle(() => {
      C.resetAndDestroy();
      settle(() => S.resume());
    }));
  });
});
