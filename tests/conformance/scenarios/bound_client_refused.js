// A BoundSocket whose connection is refused, and one of the other family.
// kinds: tcp
'use strict';

const { EVENTS } = require('../connecting.cjs');
const { net, nowhere, record, run } = require('../harness.cjs');

run(() => {
  nowhere((target) => {
    const first = net.connect({ ...target, handle: new net.BoundSocket({ host: '127.0.0.1' }) });
    record(first, 'C1', EVENTS);
    const second = net.connect({ port: target.port, host: '::1', handle: new net.BoundSocket({ host: '127.0.0.1' }) });
    record(second, 'C2', EVENTS);
  });
});
