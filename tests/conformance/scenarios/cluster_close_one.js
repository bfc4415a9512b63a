// A server of one worker closes: the other worker goes on. It listens there again, and shares the place again.
// kinds: rr-tcp rr-unix none-tcp none-unix fair-tcp
'use strict';

const { afterListening, answering, cluster, fork, hear, me, probe, roles, tell } = require('../clustering.cjs');
const { listen, record, trace, where } = require('../harness.cjs');

roles(() => {
  const workers = [fork(), fork()];
  let place;
  hear(workers[0], {
    closed: () => probe(place, () => tell(workers[0], 'again')),
    again: (other) => {
      trace('P', 'the same', JSON.stringify(other) === JSON.stringify(place));
      tell(workers[1], 'close');
    },
  });
  hear(workers[1], { closed: () => probe(place, () => cluster.disconnect()) });
  afterListening(2, ([first]) => {
    place = first;
    tell(workers[0], 'close');
  });
}, () => {
  const server = answering();
  record(server, `${me}/srv`, 'listening error close');
  hear(cluster.worker, {
    close: () => server.close(() => tell(cluster.worker, 'closed')),
    again: () => listen(server, () => tell(cluster.worker, 'again', where(server))),
  });
  listen(server);
});
