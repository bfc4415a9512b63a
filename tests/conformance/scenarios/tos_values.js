// The type of service: what is set, and what is got, before and while connected, and after.
// kinds: tcp
// only: linux
'use strict';

const { net, pair, run, trace } = require('../harness.cjs');

run(() => {
  const sock = new net.Socket();
  trace('C', 'fresh', sock.getTypeOfService(), sock.setTypeOfService(16) === sock, sock.getTypeOfService());
  pair({}, { typeOfService: 32 }, (C, S) => {
    trace('C', 'option', C.getTypeOfService(), S.getTypeOfService());
    for (const tos of [0, 3, 16, 64, 255]) {
      C.setTypeOfService(tos);
      trace('C', 'set', tos, C.getTypeOfService());
    }
    C.destroy();
    S.destroy();
    trace('C', 'destroyed', C.getTypeOfService(), S.getTypeOfService());
  });
});
