// Listeners that are no functions raise, and wrong numbers for setMaxListeners().
// kinds: plain
'use strict';

const { EventEmitter } = require('node:events');
const { attempt, run, trace } = require('../harness.cjs');

run(() => {
  const emitter = new EventEmitter();
  attempt('E', 'on', () => emitter.on('x', 'text'));
  attempt('E', 'once', () => emitter.once('x', 5));
  attempt('E', 'off', () => emitter.off('x', {}));
  attempt('E', 'prepend', () => emitter.prependListener('x', 'text'));
  attempt('E', 'negative', () => emitter.setMaxListeners(-1));
  attempt('E', 'text', () => emitter.setMaxListeners('5'));
  trace('E', 'after', emitter.eventNames(), emitter.getMaxListeners());
});
