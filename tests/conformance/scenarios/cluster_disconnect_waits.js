// cluster.disconnect(callback) of an idle worker, and of one that has an open connection.
// kinds: rr-tcp none-tcp fair-tcp
'use strict';

const { cluster, fork, hear, roles, target, tell } = require('../clustering.cjs');
const { listen, net, note, trace } = require('../harness.cjs');

roles(() => {
  fork();
  const busy = fork({ BUSY: '1' });
  let client;
  busy.on('listening', (address) => { client = net.connect(target(address)).resume(); });
  hear(busy, { connection: () => cluster.disconnect(note('P', 'called')) });
  cluster.on('exit', (worker) => {
    trace('P', 'exit', worker === busy ? 'busy' : 'idle');
    if (worker !== busy)
      client.end();
  });
}, () => {
  if (process.env.BUSY !== undefined)
    listen(net.createServer((sock) => {
      sock.resume();
      tell(cluster.worker, 'connection');
    }));
});
