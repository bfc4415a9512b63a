// exclusive changes nothing where there is no cluster: a second server at the same address is refused either way.
// kinds: tcp unix
'use strict';

const { kind, net, place, record, run, where } = require('../harness.cjs');

run(() => {
  const first = net.createServer();
  const second = net.createServer();
  record(second, 'second', 'listening error close');
  const options = kind === 'unix' ? { path: place('s.sock') } : { port: 0, host: '127.0.0.1' };
  first.listen({ ...options, exclusive: true }, () => {
    second.once('error', () => {
      second.once('error', () => first.close());
      second.listen({ ...where(first), exclusive: true });
    });
    second.listen({ ...where(first), exclusive: false });
  });
});
