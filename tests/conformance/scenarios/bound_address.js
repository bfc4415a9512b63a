// BoundSocket: bound at once, address() always the same object, nothing left after close().
// kinds: plain
'use strict';

const { attempt, net, run, trace } = require('../harness.cjs');

run(() => {
  const cases = { nothing: {}, v4: { host: '127.0.0.1' }, v6: { host: '::1' }, only: { ipv6Only: true }, zone: { host: '::1%lo' } };
  for (const [label, options] of Object.entries(cases)) {
    const bound = new net.BoundSocket(options);
    trace('main', label, bound.address(), bound.address().port > 0, bound.address() === bound.address());
    trace('main', 'is', bound.isPipe, bound.fd() > 2);
    bound.close();
    for (const method of ['address', 'fd', 'close'])
      attempt('main', method, () => bound[method]());
    bound[Symbol.dispose]();
    trace('main', 'still', bound.isPipe);
  }
});
