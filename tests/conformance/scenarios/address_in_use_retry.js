// The retry of the documentation: on EADDRINUSE close, wait, listen again.
// kinds: tcp unix
'use strict';

const { answer, listen, net, record, run, trace, where } = require('../harness.cjs');

run(() => {
  const first = net.createServer();
  const second = net.createServer();
  record(second, 'second', 'listening close');
  listen(first, () => {
    const target = where(first);
    let failures = 0;
    second.on('error', (err) => {
      failures += 1;
      trace('second', 'error', err.code, failures);
      if (failures === 2)
        first.close();
      setTimeout(() => {
        second.close(answer('second', 'close callback'));
        second.listen(target);
      }, 10);
    });
    second.on('listening', () => second.close());
    second.listen(target);
  });
});
