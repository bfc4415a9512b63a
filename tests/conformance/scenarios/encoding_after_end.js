// set_encoding() after the peer's end has been read: the tail is text too, as nothing can complete it.
// kinds: tcp
'use strict';

const { pair, record, run, settle, trace } = require('../harness.cjs');
const { arrived, chars, flow } = require('../reading.cjs');

run(() => {
  const tail = (encoding, sent) => {
    pair({}, {}, (C, S) => {
      record(C, 'C', 'end');
      S.end(sent);
      arrived(C, sent.length, () => settle(() => {
        C.setEncoding(encoding);
        trace('C', encoding, flow(C));
        C.on('data', (text) => trace('C', 'text', chars(text)));
      }));
    });
  };
  tail('base64', Buffer.from('x'));
  tail('utf8', Buffer.from([0x61, 0xc3]));
  tail('hex', Buffer.from('ab'));
});
