// Listeners added or removed while an event is emitted count from the next emission on.
// kinds: plain
'use strict';

const { EventEmitter } = require('node:events');
const { note, run, trace } = require('../harness.cjs');

run(() => {
  const emitter = new EventEmitter();
  const removed = note('E', 'removed');
  emitter.once('x', () => {
    trace('E', 'first');
    emitter.off('x', removed);
    emitter.on('x', note('E', 'added'));
  });
  emitter.on('x', removed);
  emitter.on('x', note('E', 'last'));
  emitter.emit('x', 1);
  emitter.emit('x', 2);
});
