// The time of an attempt as the default of the process says.
// kinds: tcp
// only: linux
'use strict';

const { named, outgoing, silent } = require('../connecting.cjs');
const { net, run, trace } = require('../harness.cjs');

run(() => {
  silent((target, release) => {
    net.setDefaultAutoSelectFamilyAttemptTimeout(1);
    trace('main', 'default', net.getDefaultAutoSelectFamilyAttemptTimeout());
    outgoing(named(target, '127.0.0.1', '127.0.0.2')).on('close', release);
  });
});
