// The methods that add, remove and configure return the emitter.
// kinds: plain
'use strict';

const { EventEmitter } = require('node:events');
const { run, trace } = require('../harness.cjs');

run(() => {
  const emitter = new EventEmitter();
  const f = () => {};
  trace('E', 'add', emitter.on('x', f) === emitter, emitter.once('x', f) === emitter);
  trace('E', 'prepend', emitter.prependListener('x', f) === emitter, emitter.prependOnceListener('x', f) === emitter);
  trace('E', 'remove', emitter.off('x', f) === emitter, emitter.removeAllListeners('x') === emitter);
  trace('E', 'configure', emitter.setMaxListeners(3) === emitter, emitter.getMaxListeners());
});
