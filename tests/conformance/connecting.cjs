// More verbs, for scenarios about how a socket comes to be connected; connecting.py has the same ones for pynet.
'use strict';

const { Worker } = require('node:worker_threads');
const { listen, net, record, state, trace, where } = require('./harness.cjs');

const EVENTS = 'lookup connectionAttempt connectionAttemptFailed connectionAttemptTimeout connect ready error close';

// A socket whose events are recorded before it connects, with the same options for both.
function outgoing(options, who = 'C') {
  const client = new net.Socket(options);
  record(client, who, EVENTS);
  client.resume();
  return client.connect(options);
}

// A server that takes one connection, ends it and is closed; callback(target, server).
function serve(callback) {
  const server = net.createServer((sock) => {
    sock.on('error', () => {});
    sock.end().resume();
    server.close();
  });
  listen(server, () => callback(where(server), server));
}

// A lookup function that answers on a later tick: with these addresses, or the first of them where one is wanted.
function found(...addresses) {
  return (hostname, options, callback) => process.nextTick(() => {
    const all = addresses.map((address) => ({ address, family: net.isIP(address) }));
    if (options.all)
      callback(null, all);
    else
      callback(null, all[0].address, all[0].family);
  });
}

// Options for connect(): the port of `target`, and a name that stands for these addresses; Node's rule for attempts.
function named(target, ...addresses) {
  return { port: target.port, host: 'some.name', lookup: found(...addresses), happyEyeballs: 'serial' };
}

// Options for connect(), with what this lookup function says.
function looking(target, lookup, more) {
  return { port: target.port, host: 'some.name', lookup, ...more };
}

// Where a socket with several addresses has tried to connect.
function tried(sock) {
  const list = sock.autoSelectFamilyAttemptedAddresses;
  return list === undefined ? null : list.map((at) => at.replace(/:\d+$/, ':<port>'));
}

// Traces the state in each of these events.
function states(sock, who, events) {
  for (const event of events.split(' '))
    sock.on(event, () => trace(who, event, state(sock)));
}

const LISTEN_AND_SLEEP = `
  const { parentPort, workerData } = require('node:worker_threads');
  const server = require('node:net').createServer().listen({ port: 0, host: workerData, backlog: 1 }, () => {
    parentPort.postMessage(server.address().port);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });`;

// A port of `host` that answers nobody: its listener sleeps, and the queue of those it should accept is full.
// callback({ port, host }, release)
function silent(callback, host = '127.0.0.1') {
  const worker = new Worker(LISTEN_AND_SLEEP, { eval: true, workerData: host });
  worker.on('message', (port) => {
    let waiting = 2;
    const fillers = [1, 2, 3].map(() => {
      const filler = net.connect(port, '127.0.0.1');
      filler.on('error', () => {});
      filler.on('connect', () => {
        waiting -= 1;
        if (waiting === 0)
          setImmediate(callback, { port, host: '127.0.0.1' }, release);
      });
      return filler;
    });
    const release = () => {
      fillers.forEach((filler) => filler.destroy());
      worker.terminate();
    };
  });
}

const CONNECT_AND_SLEEP = `
  const { parentPort, workerData } = require('node:worker_threads');
  const sock = require('node:net').connect(workerData, () => {
    parentPort.postMessage(sock._handle.fd);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });`;

// A descriptor connected to `target` that this loop knows nothing of; callback(fd).
function descriptor(target, callback) {
  const worker = new Worker(CONNECT_AND_SLEEP, { eval: true, workerData: target });
  worker.on('message', callback);
  worker.unref();
}

module.exports = {
  EVENTS, outgoing, serve, found, named, looking, tried, states, silent, descriptor,
};
