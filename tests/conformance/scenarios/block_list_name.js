// A name with one address, which is blocked, with and without automatic selection.
// kinds: tcp
'use strict';

const { named, outgoing } = require('../connecting.cjs');
const { net, nowhere, run } = require('../harness.cjs');

run(() => {
  const blockList = new net.BlockList();
  blockList.addSubnet('127.0.0.0', 8);
  nowhere((target) => {
    outgoing({ ...named(target, '127.0.0.1'), blockList }, 'C1');
    outgoing({ ...named(target, '127.0.0.1', '127.0.0.2'), blockList, autoSelectFamily: false }, 'C2');
  });
});
