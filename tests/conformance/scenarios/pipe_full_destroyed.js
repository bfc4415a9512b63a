// The socket that everybody waits for is destroyed: the source goes on for the other destination.
// kinds: tcp unix
'use strict';

const { record, run, settle, trace } = require('../harness.cjs');
const { Sink, between } = require('../writing.cjs');

run(() => {
  between({}, { highWaterMark: 4 }, (C, S, D, T) => {
    const sink = new Sink('sink');
    record(D, 'D', 'unpipe drain error');
    T.resume();
    C.resume();
    D.cork();
    S.pipe(D);
    record(D, 'D', 'close');
    S.pipe(sink);
    C.write('past the mark, ');
    settle(() => {
      trace('sink', 'waits', S.readableFlowing);
      C.write('held back, ');
      D.destroy();
      settle(() => {
        trace('sink', 'goes on', S.readableFlowing);
        C.end('the end');
      });
    });
  });
});
