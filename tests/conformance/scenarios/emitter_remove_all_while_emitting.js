// removeAllListeners() inside a listener: the emission under way goes on to its end.
// kinds: plain
'use strict';

const { EventEmitter } = require('node:events');
const { note, run, trace } = require('../harness.cjs');

run(() => {
  const emitter = new EventEmitter();
  emitter.on('x', () => {
    trace('E', 'first');
    emitter.removeAllListeners('x');
    trace('E', 'nested', emitter.emit('x'));
  });
  emitter.on('x', note('E', 'second'));
  trace('E', 'emit', emitter.emit('x'));
  trace('E', 'emit', emitter.emit('x'));
});
