// An address that is not blocked; a path, which never is.
// kinds: tcp unix
'use strict';

const { outgoing, serve } = require('../connecting.cjs');
const { net, run, trace } = require('../harness.cjs');

run(() => {
  const blockList = new net.BlockList();
  blockList.addAddress('127.0.0.2');
  serve((target) => {
    const client = outgoing({ ...target, blockList });
    trace('C', 'the list', client.blockList === blockList, 'blockList' in client);
  });
});
