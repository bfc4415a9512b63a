// The destination's peer closes with what was piped unread, a reset: 'unpipe', 'error', and the source stays.
// kinds: tcp
'use strict';

const { record, run, settle, state, trace } = require('../harness.cjs');
const { between } = require('../writing.cjs');

run(() => {
  between({ pauseOnConnect: true }, {}, (C, S, D, T) => {
    record(D, 'D', 'pipe unpipe error close');
    D.resume();
    S.pipe(D);
    C.write('passed on');
    settle(() => T.destroy());
    D.on('close', () => settle(() => {
      trace('S', 'settled', state(S), S.readableFlowing);
      C.destroy();
      S.destroy();
    }));
  });
});
