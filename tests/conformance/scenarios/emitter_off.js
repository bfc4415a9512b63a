// off() removes the match that was added last, one at a time, and those of once() too.
// kinds: plain
'use strict';

const { EventEmitter } = require('node:events');
const { note, run, trace } = require('../harness.cjs');

run(() => {
  const emitter = new EventEmitter();
  const f = note('E', 'f');
  const g = note('E', 'g');
  emitter.on('x', f);
  emitter.on('x', g);
  emitter.on('x', f);
  emitter.once('x', f);
  trace('E', 'count', emitter.listenerCount('x'), emitter.listenerCount('x', f));
  emitter.off('x', f);
  trace('E', 'count', emitter.listenerCount('x'));
  emitter.emit('x', 1);
  emitter.removeListener('x', f);
  emitter.emit('x', 2);
  trace('E', 'returns itself', emitter.off('x', () => {}) === emitter, emitter.off('unknown', f) === emitter);
});
