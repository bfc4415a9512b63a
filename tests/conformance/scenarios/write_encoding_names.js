// Encodings by all their names, in any case; what is not their text ends or is dropped.
// kinds: tcp
'use strict';

const { attempt, pair, record, run } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    record(S, 'S', 'data end');
    C.resume();
    C.cork();
    C.write('\u00e9|', 'UTF-8');
    C.write('\u00e9|', 'binary');
    C.write('\u00e9|', 'ascii');
    C.write('a', 'ucs2');
    C.write('b', 'UCS-2');
    C.write('c', 'utf-16le');
    C.write('\ud83d\ude00', 'utf16le');
    C.write('fA', 'base64');
    C.write('_-8', 'base64url');
    C.write('7C7czz41', 'HEX');
    C.write('617', 'hex');
    C.uncork();
    attempt('C', 'buffer', () => C.write('x', 'buffer'));
    attempt('C', 'empty name', () => C.write('|', ''));
    attempt('C', 'none', () => C.write('|', null));
    attempt('C', 'with bytes', () => C.write(Buffer.from('|'), 'hex'));
    C.end();
  });
});
