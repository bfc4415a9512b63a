// An object that emits 'error': it is taken out of the pipe; its error is heard, or raised where it was emitted.
// kinds: tcp unix
'use strict';

const { attempt, pair, record, run, settle, trace } = require('../harness.cjs');
const { Sink } = require('../writing.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    const heard = new Sink('main/heard');
    const unheard = new Sink('main/unheard');
    C.resume();
    record(heard, 'main/heard', 'unpipe error');
    record(unheard, 'main/unheard', 'unpipe');
    S.pipe(heard);
    S.pipe(unheard);
    C.write('one ');
    settle(() => {
      attempt('main', 'heard', () => heard.emit('error', new Error('first')));
      trace('main', 'flowing', S.readableFlowing);
      C.write('two');
      settle(() => {
        attempt('main', 'unheard', () => unheard.emit('error', new Error('second')));
        trace('main', 'flowing', S.readableFlowing);
        S.resume();
        C.end();
      });
    });
  });
});
