// pipe() to a socket that is still connecting: the data waits for the connection.
// kinds: tcp unix
'use strict';

const { connect, listen, net, pair, place, record, run } = require('../harness.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    const target = net.createServer((far) => {
      record(far, 'far', 'data end close');
      target.close();
    });
    C.end('ahead of time');
    C.resume();
    listen(target, () => {
      const out = connect(target);
      record(out, 'out', 'pipe connect unpipe finish close');
      out.resume();
      S.pipe(out);
    }, place('target.sock'));
  });
});
