// pause() in a 'data' listener holds the rest back, resume() from a timer brings it.
// kinds: tcp unix
'use strict';

const { pair, run, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    let total = 0;
    let pauses = 0;
    C.on('data', (chunk) => {
      total += chunk.length;
      if (C.isPaused())
        trace('C', 'data while paused');
      C.pause();
      pauses += 1;
      setTimeout(() => C.resume(), 1);
    });
    C.on('end', () => trace('C', 'end', total, pauses > 1));
    S.end(Buffer.alloc(500000));
  });
});
