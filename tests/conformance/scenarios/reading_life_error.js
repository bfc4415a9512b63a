// The flags of a reading half whose socket is destroyed with an error, before and after something was read.
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');
const { flags } = require('../reading.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    for (const [who, sock] of [['C', C], ['S', S]]) {
      sock.on('data', (chunk) => {
        trace(who, 'data', chunk, flags(sock));
        sock.destroy(new Error('enough'));
        trace(who, 'destroyed', flags(sock));
      });
      record(sock, who, 'end');
      sock.on('error', (err) => trace(who, 'error', err, flags(sock)));
      sock.on('close', () => trace(who, 'close', flags(sock)));
    }
    C.write('to the server', () => S.write('to the client'));
  });
});
