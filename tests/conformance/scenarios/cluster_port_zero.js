// Port 0: the n-th listen(0) of each worker is the same port, and the next one is another.
// kinds: rr-tcp none-tcp fair-tcp
'use strict';

const { answering, cluster, fork, hear, roles, tell } = require('../clustering.cjs');
const { trace } = require('../harness.cjs');

roles(() => {
  const workers = [fork(), fork()];
  const ports = [];
  for (const worker of workers)
    hear(worker, {
      ports: (first, second) => {
        ports.push(first, second);
        if (ports.length < 4)
          return;
        trace('P', 'first', ports[0] === ports[2], 'second', ports[1] === ports[3]);
        trace('P', 'the same', ports[0] === ports[1]);
        cluster.disconnect();
      },
    });
}, () => {
  const first = answering().listen(0, '127.0.0.1', () => {
    const second = answering().listen(0, '127.0.0.1', () => {
      tell(cluster.worker, 'ports', first.address().port, second.address().port);
    });
  });
});
