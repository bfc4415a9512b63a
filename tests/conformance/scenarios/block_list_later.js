// What is added to the list after connect() counts, until the attempt.
// kinds: tcp
'use strict';

const { outgoing } = require('../connecting.cjs');
const { net, nowhere, run } = require('../harness.cjs');

run(() => {
  const blockList = new net.BlockList();
  nowhere((target) => {
    outgoing({ ...target, blockList });
    blockList.addAddress('127.0.0.1');
  });
});
