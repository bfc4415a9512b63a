// What a listener raises leaves emit(), and the listeners after it do not run.
// kinds: plain
'use strict';

const { EventEmitter } = require('node:events');
const { attempt, note, run } = require('../harness.cjs');

run(() => {
  const emitter = new EventEmitter();
  emitter.on('x', note('E', 'first'));
  emitter.once('x', () => {
    throw new Error('from a listener');
  });
  emitter.on('x', note('E', 'third'));
  attempt('E', 'emit', () => emitter.emit('x'));
  attempt('E', 'emit again', () => emitter.emit('x'));
});
