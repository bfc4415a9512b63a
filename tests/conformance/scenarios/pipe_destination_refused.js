// The destination of a pipe cannot connect: 'unpipe', its 'error', and the source stays.
// kinds: tcp unix
'use strict';

const { net, nowhere, pair, record, run, settle, state, trace } = require('../harness.cjs');

run(() => {
  nowhere((target) => {
    pair({}, {}, (C, S) => {
      const out = net.connect(target);
      record(out, 'out', 'pipe unpipe close');
      out.on('error', (err) => trace('out', 'error', err.code));
      C.write('for nobody');
      S.pipe(out);
      out.on('close', () => settle(() => {
        trace('S', 'settled', state(S), S.readableFlowing);
        C.destroy();
        S.destroy();
      }));
    });
  });
});
