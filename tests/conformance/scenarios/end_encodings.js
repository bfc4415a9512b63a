// end() with a bad chunk or encoding raises and ends nothing; with a good one it sends and ends.
// kinds: tcp unix
'use strict';

const { answer, attempt, pair, record, run, trace } = require('../harness.cjs');
const { ends } = require('../writing.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(C, 'C', 'error finish close');
    record(S, 'S', 'data end');
    C.resume();
    attempt('C', 'number', () => C.end(1));
    attempt('C', 'list', () => C.end([1]));
    attempt('C', 'unknown', () => C.end('x', 'no-such'));
    trace('C', 'still', ends(C), C.bytesWritten);
    C.write('good', answer('C', 'write callback'));
    C.end('z', 'utf16le', answer('C', 'end callback'));
    trace('C', 'ended', ends(C), C.bytesWritten);
  });
});
