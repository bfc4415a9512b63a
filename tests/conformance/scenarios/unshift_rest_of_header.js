// A header is read to its end, the rest put back, and the reading handed over to a data listener.
// kinds: tcp unix
'use strict';

const { pair, record, run, trace } = require('../harness.cjs');
const { flow, inTurn } = require('../reading.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    let header = '';
    const onReadable = () => {
      for (let chunk = C.read(); chunk !== null; chunk = C.read()) {
        header += chunk;
        const [head, ...rest] = header.split('\n\n');
        if (rest.length > 0) {
          trace('C', 'header', Buffer.from(head));
          C.off('readable', onReadable);
          C.unshift(rest.join('\n\n'));
          trace('C', 'put back', flow(C), C.bytesRead);
          C.on('data', (body) => trace('C', 'data', body));
          return;
        }
      }
    };
    C.on('readable', onReadable);
    record(C, 'C', 'end close');
    inTurn(S, C, ['a: 1', '\nb: 2\n', '\nbody, ', 'and more'], () => S.end());
  });
});
