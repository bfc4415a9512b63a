// write() and end(data) on an adopted BoundSocket that has not been connected: the kernel's refusal.
// kinds: tcp unix
// only: linux
'use strict';

const { answer, kind, net, record, run, state, trace } = require('../harness.cjs');

run(() => {
  let count = 0;
  const make = (who) => {
    const options = kind === 'unix' ? { path: `b${count++}.sock` } : { host: '127.0.0.1' };
    const sock = new net.Socket({ handle: new net.BoundSocket(options) });
    record(sock, who, 'finish end error close');
    return sock;
  };
  const one = make('write');
  trace('write', 'returned', one.write('x', answer('write', 'callback')), state(one));
  const two = make('end');
  two.end('x');
  trace('end', 'state', state(two));
});
