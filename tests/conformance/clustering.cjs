// More verbs, for scenarios of a cluster; clustering.py has the same ones for pynet.
//
// Each process keeps groups of its own, and writes them when it ends; the suite sorts them. "P" is the primary, "W1" the
// worker with the id 1. What the primary sees of a worker is in a group "P W1", since the order between the events of
// two workers is the kernel's affair.
'use strict';

const cluster = require('node:cluster');
const { net, trace, untilEnd } = require('./harness.cjs');

const me = cluster.isPrimary ? 'P' : `W${cluster.worker.id}`;

// Runs primary() in the primary, worker() in each worker. What is uncaught ends the process.
function roles(primary, worker) {
  untilEnd(cluster.isPrimary ? primary : worker);
}

function attributes(worker) {
  return [[
    worker.state, `connected=${worker.isConnected()}`, `dead=${worker.isDead()}`,
    `leaves=${Boolean(worker.exitedAfterDisconnect)}`, `member=${worker.id in cluster.workers}`,
  ].join(' ')];
}

const detailsOf = new WeakMap();
const dying = new WeakSet();

// The arguments of an event of a worker: the port is masked.
function shown(event, args) {
  if (event !== 'listening')
    return args;
  const [{ addressType, address, port }] = args;
  return [`type=${addressType}`, address, port > 0 ? '<port>' : port];
}

function traceLife(worker, who, event, args) {
  const details = detailsOf.get(worker); // a worker that cluster.fork() has started is not traced
  const group = dying.has(worker) && event === 'disconnect' ? `P W${worker.id} disconnect` : `P W${worker.id}`;
  if (details !== undefined)
    trace(`${group}/${who}`, event, ...shown(event, args), ...details(worker));
}

if (cluster.isPrimary)
  for (const event of ['fork', 'online', 'listening', 'disconnect', 'exit'])
    cluster.on(event, (worker, ...args) => traceLife(worker, 'cluster', event, args));

// Starts a worker, and traces its events: those of the worker itself, and those of the cluster. `details(worker)` adds
// to each line.
function fork(env = {}, details = () => []) {
  const worker = cluster.fork(env);
  detailsOf.set(worker, details);
  for (const event of ['online', 'listening', 'disconnect', 'exit'])
    worker.on(event, (...args) => traceLife(worker, 'worker', event, args));
  return worker;
}

// A worker that ends without a disconnect(): Node then emits `disconnect` before or after `exit`.
function forkDying() {
  const worker = fork({}, (worker) => [`leaves=${Boolean(worker.exitedAfterDisconnect)}`]);
  dying.add(worker);
  return worker;
}

// Sends a message with a name to a worker, or to the primary.
function tell(worker, ...message) {
  worker.send(message);
}

// Calls the function that has the name of the message.
function hear(worker, functions) {
  worker.on('message', ([name, ...args], handle) => functions[name](...args, ...(handle ? [handle] : [])));
}

// Where a worker listens, from the argument of `listening`, as options for connect() and listen().
function target({ address, port }) {
  return port === -1 ? { path: address } : { port, host: address };
}

// Calls callback(targets) when so many servers of any workers listen.
function afterListening(count, callback) {
  const targets = [];
  cluster.on('listening', (worker, address) => {
    targets.push(target(address));
    if (targets.length === count)
      callback(targets);
  });
}

// A client: traces what it has got, or the code of its error, and calls next().
function probe(where, next, who = 'P') {
  const client = net.connect(where);
  let got = '';
  client.on('data', (chunk) => { got += chunk; });
  client.on('error', (err) => { got = err.code; });
  client.on('close', () => {
    trace(who, 'client', got);
    next();
  });
}

function answering() {
  return net.createServer((sock) => sock.on('error', () => {}).end('hello'));
}

// Ends this process.
function leave(code) {
  process.exit(code);
}

module.exports = { afterListening, answering, attributes, cluster, fork, forkDying, hear, leave, me, probe, roles, target, tell };
