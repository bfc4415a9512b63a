// Listeners of a socket changed during its own events; a user's own emit() on a socket.
// kinds: tcp unix
'use strict';

const { note, pair, record, run, trace } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    C.once('data', (chunk) => {
      trace('C', 'once', chunk);
      C.on('data', (later) => trace('C', 'added', later));
      C.prependListener('end', note('C', 'prepended end'));
      S.end('two');
    });
    record(C, 'C', 'end close custom');
    trace('C', 'emit', C.emit('custom', 1), C.emit('nothing'));
    S.write('one');
  });
});
