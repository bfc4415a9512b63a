// Places where the primary cannot listen: a folder that is not there, an address of another machine.
// kinds: rr-plain none-plain fair-plain
'use strict';

const { answering, cluster, fork, me, roles } = require('../clustering.cjs');
const { record } = require('../harness.cjs');

const PLACES = { folder: { path: 'nowhere/s.sock' }, address: { host: '203.0.113.9', port: 0 } };

roles(() => fork(), () => {
  let left = Object.keys(PLACES).length;
  for (const [label, place] of Object.entries(PLACES)) {
    const server = answering();
    record(server, `${me} ${label}`, 'listening error close');
    server.on('error', () => {
      if (--left === 0)
        cluster.worker.disconnect();
    });
    server.listen(place);
  }
});
