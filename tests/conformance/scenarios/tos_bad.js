// A type of service that is none raises, and the one set before stays.
// kinds: plain
'use strict';

const { attempt, net, run, trace } = require('../harness.cjs');

run(() => {
  const sock = new net.Socket({ typeOfService: 16 });
  for (const tos of [-1, 256, 1.5, '1', null, true, {}])
    attempt('main', 'set', () => sock.setTypeOfService(tos));
  trace('main', 'is', sock.getTypeOfService());
  for (const typeOfService of [-1, 256, 1.5, '1', true, {}])
    attempt('main', 'option', () => new net.Socket({ typeOfService }));
});
