// pipe() from one socket to another: the data and the end come through, with 'pipe' and 'unpipe'.
// kinds: tcp unix
'use strict';

const { connect, listen, net, pair, place, record, run } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    const target = net.createServer((far) => {
      record(far, 'far', 'data end close');
      target.close();
    });
    listen(target, () => {
      const out = connect(target);
      record(out, 'out', 'pipe unpipe finish end close');
      S.pipe(out);
      out.resume();
      C.resume();
      C.end('through the middle');
    }, place('target.sock'));
  });
});
