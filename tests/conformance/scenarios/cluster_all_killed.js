// All workers are killed: the place is closed, and a new worker listens there.
// kinds: rr-tcp rr-unix none-tcp none-unix fair-tcp
'use strict';

const { afterListening, answering, fork, forkDying, probe, roles, target } = require('../clustering.cjs');
const { listen } = require('../harness.cjs');

roles(() => {
  const workers = [forkDying(), forkDying()];
  afterListening(2, ([place]) => {
    let ended = 0;
    const ends = () => {
      if (++ended < 2)
        return;
      probe(place, () => {
        const worker = fork({ PLACE: JSON.stringify(place) });
        worker.on('listening', (address) => probe(target(address), () => worker.disconnect()));
      });
    };
    for (const worker of workers) {
      worker.on('exit', ends);
      worker.kill('SIGKILL');
    }
  });
}, () => {
  const place = process.env.PLACE === undefined ? null : JSON.parse(process.env.PLACE);
  const server = answering();
  if (place === null)
    listen(server);
  else
    server.listen(place);
});
