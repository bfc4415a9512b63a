// A source with setEncoding() is piped as text: the destination gets it in its own encoding.
// kinds: tcp unix
'use strict';

const { record, run } = require('../harness.cjs');
const { Sink, between } = require('../writing.cjs');

run(() => {
  between({}, {}, (C, S, D, T) => {
    record(T, 'T', 'data end');
    C.resume();
    D.resume();
    S.setEncoding('latin1');
    S.pipe(D);
    S.pipe(new Sink('sink'));
    C.end(Buffer.from([0x61, 0xe9]));
  });
});
