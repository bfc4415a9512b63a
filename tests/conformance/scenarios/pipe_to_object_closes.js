// An object that emits 'close' or 'finish' is taken out of the pipe.
// kinds: tcp unix
'use strict';

const { pair, record, run, settle, trace } = require('../harness.cjs');
const { Sink } = require('../writing.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    const one = new Sink('main/one');
    const two = new Sink('main/two');
    C.resume();
    record(one, 'main/one', 'unpipe');
    record(two, 'main/two', 'unpipe');
    S.pipe(one);
    S.pipe(two);
    one.emit('close');
    trace('main', 'flowing', S.readableFlowing);
    C.write('for two');
    settle(() => {
      two.emit('finish');
      trace('main', 'flowing', S.readableFlowing);
      S.resume();
      C.end('for nobody');
    });
  });
});
