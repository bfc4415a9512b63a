// destroySoon() of a socket that never connected, of one that has finished, of one that is destroyed.
// kinds: tcp unix
'use strict';

const { net, pair, record, run, settle, trace } = require('../harness.cjs');
const { ends } = require('../writing.cjs');

run(() => {
  const fresh = new net.Socket();
  record(fresh, 'fresh', 'prefinish finish error');
  fresh.on('close', () => trace('fresh', 'close'));
  trace('fresh', 'returns', fresh.destroySoon(), ends(fresh));
  pair({ allowHalfOpen: true }, {}, (C, S) => {
    record(C, 'C', 'prefinish finish error close');
    S.resume();
    C.resume();
    C.end();
    C.on('finish', () => settle(() => {
      trace('C', 'finished', ends(C));
      C.destroySoon();
      trace('C', 'after destroySoon', ends(C));
      C.destroySoon();
      S.destroy();
    }));
  });
});
