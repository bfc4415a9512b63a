// pipe() to an object that has write() and end() and nothing else that is asked for.
// kinds: tcp unix
'use strict';

const { pair, run, settle, trace } = require('../harness.cjs');
const { Sink } = require('../writing.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    S.pipe(new Sink('sink'));
    C.resume();
    C.write('one ');
    settle(() => C.end('two'));
    S.on('close', () => trace('S', 'close'));
  });
});
