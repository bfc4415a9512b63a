// Listeners run in the order they were added, prepended ones first; emit() says whether there were any.
// kinds: plain
'use strict';

const { EventEmitter } = require('node:events');
const { note, run, trace } = require('../harness.cjs');

run(() => {
  const emitter = new EventEmitter();
  emitter.on('x', note('E', 'first'));
  emitter.addListener('x', note('E', 'second'));
  emitter.prependListener('x', note('E', 'prepended'));
  trace('E', 'emit', emitter.emit('x', 1, 'two', null));
  trace('E', 'emit unheard', emitter.emit('y'));
});
