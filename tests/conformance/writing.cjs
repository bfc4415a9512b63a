// More verbs, for scenarios about the writing half of a socket and about pipes; writing.py has the same ones for pynet.
'use strict';

const EventEmitter = require('node:events');
const { name, pair, trace } = require('./harness.cjs');

// Where the writing half stands: what is queued, how often it is corked, whether a drain is due.
function queue(sock) {
  return `length=${sock.writableLength} corked=${sock.writableCorked} drain=${sock.writableNeedDrain}`;
}

// The same without the number: of a write under way, how much is left is the kernel's affair.
function waits(sock) {
  return `waits=${sock.writableLength > 0} corked=${sock.writableCorked} drain=${sock.writableNeedDrain}`;
}

// What became of the writing half: the flags that are up.
function ends(sock) {
  const up = ['writable', 'writableEnded', 'writableFinished', 'destroyed'].filter((flag) => sock[flag]);
  return up.length === 0 ? '-' : up.join(' ');
}

// Traces a line in a tick, so that it has a certain place between the callbacks.
function tick(who, label) {
  process.nextTick(() => trace(who, `tick ${label}`));
}

// Two connections with this process in the middle: C - S and D - T. What C sends, a proxy passes on from S to D.
function between(serverOptions, clientOptions, callback) {
  pair(serverOptions, clientOptions, (C, S) => {
    pair(serverOptions, clientOptions, (D, T) => {
      name(D, 'D');
      name(T, 'T');
      callback(C, S, D, T);
    });
  });
}

// A destination that is no stream: it traces what it is given; `full` makes write() return false.
class Sink extends EventEmitter {
  constructor(who) {
    super();
    this.who = who;
    this.full = false;
    name(this, who);
  }

  write(chunk) {
    trace(this.who, 'data', chunk);
    return !this.full;
  }

  end() {
    trace(this.who, 'end()');
  }

  drain() {
    this.full = false;
    this.emit('drain');
  }
}

module.exports = { Sink, between, ends, queue, tick, waits };
