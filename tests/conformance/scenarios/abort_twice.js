// abort() twice: one event, and the first reason stays.
// kinds: plain
'use strict';

const { attempt, net, run, trace } = require('../harness.cjs');

run(() => {
  const controller = new AbortController();
  const sock = new net.Socket({ signal: controller.signal });
  sock.on('error', (err) => trace('C', 'error', err.cause));
  trace('main', 'fresh', controller.signal.aborted, controller.signal.reason);
  controller.signal.addEventListener('abort', () => trace('main', 'abort'));
  controller.signal.onabort = () => trace('main', 'onabort');
  controller.abort(new Error('first'));
  controller.abort(new Error('second'));
  trace('main', 'aborted', controller.signal.aborted, controller.signal.reason);
  attempt('main', 'throwIfAborted', () => controller.signal.throwIfAborted());
});
