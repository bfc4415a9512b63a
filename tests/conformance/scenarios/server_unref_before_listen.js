// unref() before listen() is remembered, ref() takes it back, twice is as once.
// kinds: plain
'use strict';

const { net, record, run, trace } = require('../harness.cjs');

run(() => {
  const a = net.createServer();
  const b = net.createServer();
  record(a, 'a', 'listening close');
  record(b, 'b', 'listening close');
  a.unref().unref();
  a.listen(0);
  b.unref().ref();
  b.listen(0);
  setTimeout(() => {
    trace('main', 'timer', a.listening, b.listening);
    b.unref();
  }, 60);
});
