// The default of the process off, and the option that says otherwise.
// kinds: tcp
// only: linux
'use strict';

const { named, outgoing } = require('../connecting.cjs');
const { net, nowhere, run, trace } = require('../harness.cjs');

run(() => {
  nowhere((target) => {
    trace('main', 'default', net.getDefaultAutoSelectFamily());
    net.setDefaultAutoSelectFamily(false);
    trace('main', 'now', net.getDefaultAutoSelectFamily());
    outgoing(named(target, '127.0.0.2', '127.0.0.1'), 'C1');
    outgoing({ ...named(target, '127.0.0.2', '127.0.0.1'), autoSelectFamily: true }, 'C2');
    outgoing({ ...named(target, '127.0.0.2', '127.0.0.1'), autoSelectFamily: undefined }, 'C3');
  });
});
