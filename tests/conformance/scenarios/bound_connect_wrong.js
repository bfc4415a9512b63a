// connect() with an adopted BoundSocket: an address of the other family fails at once, local_address is refused.
// kinds: plain
'use strict';

const { attempt, net, record, run, state, trace } = require('../harness.cjs');

run(() => {
  const wrong = new net.Socket({ handle: new net.BoundSocket({ host: '127.0.0.1' }) });
  for (const more of [{ localAddress: '127.0.0.1' }, { localPort: 5 }])
    attempt('main', 'local', () => wrong.connect({ port: 1, host: '127.0.0.1', ...more }));
  wrong.destroy();
  const sock = new net.Socket({ handle: new net.BoundSocket({ host: '127.0.0.1' }) });
  record(sock, 'C', 'connectionAttempt connectionAttemptFailed error close');
  sock.connect({ port: 1, host: '::1' });
  trace('C', 'after', state(sock));
});
