// A worker that is forked later shares the place of the first one, and goes on when the first one has ended.
// kinds: rr-tcp rr-unix none-tcp none-unix fair-tcp
'use strict';

const { answering, fork, me, probe, roles, target } = require('../clustering.cjs');
const { listen, record, trace } = require('../harness.cjs');

roles(() => {
  const first = fork();
  first.on('listening', (address) => {
    const place = target(address);
    const second = fork();
    second.on('listening', (other) => {
      trace('P', 'the same', JSON.stringify(target(other)) === JSON.stringify(place));
      first.disconnect();
    });
    first.on('exit', () => probe(place, () => second.disconnect()));
    second.on('exit', () => probe(place, () => {}));
  });
}, () => {
  const server = answering();
  record(server, `${me}/srv`, 'listening error close');
  listen(server);
});
