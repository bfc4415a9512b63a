// unshift() of a text in an encoding, before and after set_encoding().
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');
const { chars, flow, inTurn } = require('../reading.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    C.pause();
    inTurn(S, C, ['end'], () => {
      C.unshift('2d2d', 'hex');
      C.unshift('Pj4=', 'base64');
      trace('C', 'read', C.read(4), C.read());
      C.setEncoding('utf8');
      C.unshift('c3a8', 'hex');
      C.unshift('\u00e0 ');
      trace('C', 'put back', flow(C));
      const first = C.read(1);
      let rest = '';
      for (let text = C.read(); text !== null; text = C.read()) rest += text;
      trace('C', 'read', chars(first), chars(rest));
      record(C, 'C', 'end close');
      C.resume();
      S.end();
    });
  });
});
