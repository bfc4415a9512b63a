// An IPv4 address that is blocked is blocked in its IPv6 form, too.
// kinds: tcp
'use strict';

const { outgoing } = require('../connecting.cjs');
const { net, nowhere, run } = require('../harness.cjs');

run(() => {
  const blockList = new net.BlockList();
  blockList.addAddress('127.0.0.1');
  nowhere(({ port }) => outgoing({ port, host: '::ffff:127.0.0.1', blockList }));
});
