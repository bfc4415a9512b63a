// The error of an address in use: on the next tick without a host, the server is as before, close() tells so.
// kinds: tcp unix
'use strict';

const { answer, kind, net, place, record, run, trace, where } = require('../harness.cjs');

run(() => {
  const first = net.createServer();
  const second = net.createServer();
  record(second, 'second', 'listening close error');
  second.on('error', (err) => {
    trace('second', 'fields', err.code, err.syscall, err.address === where(first).path, err.port > 0);
    second.close(answer('second', 'close callback'));
    first.close();
  });
  const start = () => {
    second.listen(kind === 'unix' ? place('s.sock') : first.address().port);
    trace('second', 'returned', second.listening);
  };
  if (kind === 'unix')
    first.listen(place('s.sock'), start);
  else
    first.listen(0, start);
});
