'use strict';
// An echo server in Node's cluster, or Bun's: SCHEDULING (rr, none), WORKERS, and microseconds of work for each message.

const cluster = require('node:cluster');
const net = require('node:net');

const [scheduling, workers, burn] = [process.argv[2], +process.argv[3], +process.argv[4]];

function work() {
  const end = process.hrtime.bigint() + BigInt(burn * 1000);
  while (process.hrtime.bigint() < end);
}

if (cluster.isPrimary) {
  cluster.schedulingPolicy = scheduling === 'rr' ? cluster.SCHED_RR : cluster.SCHED_NONE;
  let listening = 0;
  cluster.on('listening', (worker, address) => {
    if (++listening === workers) console.log(address.port);
  });
  for (let i = 0; i < workers; i++) cluster.fork();
  process.on('SIGTERM', () => {
    for (const worker of Object.values(cluster.workers)) worker.process.kill('SIGKILL');
    process.exit();
  });
} else {
  net.createServer({ noDelay: true }, (sock) => {
    sock.on('error', () => {});
    sock.on('data', (data) => {
      if (burn) work();
      sock.write(data);
    });
  }).listen({ port: 0, host: '127.0.0.1', backlog: 511 });
}
