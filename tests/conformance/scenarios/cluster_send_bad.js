// What send() refuses.
// kinds: rr-plain
'use strict';

const { cluster, fork, me, roles } = require('../clustering.cjs');
const { attempt, net } = require('../harness.cjs');

function all(worker, who) {
  attempt(who, 'no message', () => worker.send());
  attempt(who, 'a function', () => worker.send(() => {}));
  attempt(who, 'a list as handle', () => worker.send('message', []));
  attempt(who, 'a mapping as handle', () => worker.send('message', { port: 1 }));
  attempt(who, 'a number as handle', () => worker.send('message', 5));
  attempt(who, 'a block list as handle', () => worker.send('message', new net.BlockList()));
}

roles(() => {
  const worker = fork();
  all(worker, 'P');
}, () => {
  all(cluster.worker, me);
  cluster.worker.disconnect();
});
