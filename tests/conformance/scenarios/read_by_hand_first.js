// What read() takes by hand in one step with other calls comes before all that those cause on the next tick: before
// 'readable' and what its listener reads, before 'resume' and what flows, before 'end'.
// kinds: tcp unix
'use strict';

const { pair, record, run, settle, trace } = require('../harness.cjs');
const { flow, inTurn, outside } = require('../reading.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    const readable = () => {
      trace('C', 'readable', flow(C));
      trace('C', 'read', C.read());
    };
    const resume = () => {
      trace('C', 'step', flow(C));
      C.resume();
      C.read(3);
      C.read(1);
    };
    const last = () => {
      trace('C', 'step', flow(C));
      C.resume();
      C.read();
    };
    C.pause();
    C.on('data', (chunk) => trace('C', 'chunk', chunk));
    record(C, 'C', 'pause resume end close');
    inTurn(S, C, ['abcdefgh'], () => {
      outside(() => {
        C.on('readable', readable);
        C.read(5);
      });
      settle(() => {
        C.off('readable', readable);
        settle(() => {
          C.pause();
          inTurn(S, C, ['ijklmnop'], () => {
            outside(resume);
            settle(() => {
              C.pause();
              inTurn(S, C, ['qrst'], () => {
                S.end();
                settle(() => outside(last));
              });
            });
          });
        });
      });
    });
  });
});
