// A script that does not exist, and an option that the interpreter does not have: the worker ends, without an error.
// kinds: rr-plain
'use strict';

const { cluster, me, roles } = require('../clustering.cjs');
const { trace } = require('../harness.cjs');

function start(label, settings) {
  cluster.setupPrimary(settings);
  const worker = cluster.fork();
  worker.on('exit', (code, signal) => trace(`${me} ${label}`, 'exit', code, signal, worker.exitedAfterDisconnect));
}

roles(() => {
  start('script', { exec: 'not-there' });
  start('option', { exec: process.argv[1], execArgv: ['--no-such-option'] });
}, () => {});
