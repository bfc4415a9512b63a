// The type of service of a unix socket is only kept.
// kinds: unix
'use strict';

const { pair, run, trace } = require('../harness.cjs');

run(() => {
  pair({}, { typeOfService: 3 }, (C, S) => {
    trace('C', 'option', C.getTypeOfService(), C.setTypeOfService(255) === C, C.getTypeOfService());
    C.destroy();
    S.destroy();
  });
});
