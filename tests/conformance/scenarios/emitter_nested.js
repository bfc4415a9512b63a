// An emit() inside a listener runs to its end before the outer one goes on.
// kinds: plain
'use strict';

const { EventEmitter } = require('node:events');
const { note, run, trace } = require('../harness.cjs');

run(() => {
  const emitter = new EventEmitter();
  emitter.on('outer', () => {
    trace('E', 'outer 1');
    emitter.emit('inner');
    trace('E', 'outer 1 ends');
  });
  emitter.on('outer', note('E', 'outer 2'));
  emitter.on('inner', () => {
    trace('E', 'inner');
    process.nextTick(() => trace('E', 'tick'));
  });
  emitter.emit('outer');
  trace('E', 'emitted');
});
