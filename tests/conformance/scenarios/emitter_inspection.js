// eventNames(), listeners(), rawListeners() and listenerCount().
// kinds: plain
'use strict';

const { EventEmitter } = require('node:events');
const { note, run, trace } = require('../harness.cjs');

run(() => {
  const emitter = new EventEmitter();
  const f = note('E', 'f');
  trace('E', 'empty', emitter.eventNames(), emitter.listeners('x'), emitter.listenerCount('x'));
  emitter.on('b', f);
  emitter.once('a', f);
  trace('E', 'names', emitter.eventNames());
  trace('E', 'listeners', emitter.listeners('a')[0] === f, emitter.listeners('b')[0] === f);
  trace('E', 'raw', emitter.rawListeners('a')[0] === f, emitter.rawListeners('a')[0].listener === f);
  trace('E', 'raw of on()', emitter.rawListeners('b')[0] === f);
  emitter.rawListeners('a')[0]('called by hand');
  trace('E', 'names', emitter.eventNames());
});
