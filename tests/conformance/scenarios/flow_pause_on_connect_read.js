// A server's pause_on_connect: nothing is read; read() starts it, but what comes waits for resume().
// kinds: tcp unix
'use strict';

const { pair, record, run, settle, trace } = require('../harness.cjs');
const { arrived, flow } = require('../reading.cjs');

run(() => {
  pair({ pauseOnConnect: true }, {}, (C, S) => {
    S.on('data', (chunk) => trace('S', 'chunk', chunk));
    record(S, 'S', 'end close');
    C.resume();
    C.write('hello');
    settle(() => {
      trace('S', 'settled', flow(S), S.bytesRead);
      trace('S', 'read', S.read());
      arrived(S, 5, () => {
        trace('S', 'arrived', flow(S), S.bytesRead);
        S.resume();
        C.end();
      });
    });
  });
});
