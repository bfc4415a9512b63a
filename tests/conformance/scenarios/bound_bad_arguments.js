// BoundSocket: what each wrong option raises, and which of two is told.
// kinds: plain
'use strict';

const { attempt, net, run } = require('../harness.cjs');

run(() => {
  const cases = [
    { host: '' }, { host: 'localhost' }, { host: '127.1' }, { host: 'a\0b' }, { host: 5 }, { host: true }, { host: {} },
    { port: '80a' }, { port: '' }, { port: -1 }, { port: 65536 }, { port: 1.5 }, { port: true }, { port: {} },
    { ipv6Only: 1 }, { ipv6Only: 'x' }, { reusePort: 0 }, { reusePort: {} }, { path: 5 }, { path: true }, { path: {} },
    { path: 'p', host: '127.0.0.1' }, { path: 'p', port: 0 }, { path: 'p', ipv6Only: false }, { path: 'p', reusePort: false },
    { path: 5, port: 0 }, { path: 'p', port: 'x' }, { port: 'x', host: 5 }, { port: 'x', ipv6Only: 5 },
    { ipv6Only: 5, host: 5 }, { reusePort: 5, host: 'x' },
  ];
  for (const options of cases)
    attempt('main', Object.keys(options).join(' '), () => new net.BoundSocket(options));
  for (const options of [5, 'x', [], true])
    attempt('main', 'no options', () => new net.BoundSocket(options));
  for (const options of [{ port: '0' }, { port: null }, { port: '0x0' }, { host: null }, { ipv6Only: null }, { host: '127.0.0.1', ipv6Only: true }])
    attempt('main', `good ${Object.keys(options).join(' ')}`, () => new net.BoundSocket(options).close());
});
