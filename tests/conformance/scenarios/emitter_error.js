// emit('error') without a listener raises that error; with one it is told.
// kinds: plain
'use strict';

const { EventEmitter } = require('node:events');
const { attempt, run, trace } = require('../harness.cjs');

run(() => {
  const emitter = new EventEmitter();
  const reason = new Error('boom');
  attempt('E', 'unheard error', () => emitter.emit('error', reason));
  attempt('E', 'unheard text', () => emitter.emit('error', 'text'));
  attempt('E', 'unheard nothing', () => emitter.emit('error'));
  emitter.on('error', (err) => trace('E', 'heard', err === reason));
  trace('E', 'emit', emitter.emit('error', reason));
});
