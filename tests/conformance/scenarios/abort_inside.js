// abort() in a listener for abort does nothing more; the listeners after it see the first reason.
// kinds: plain
'use strict';

const { heard } = require('../aborting.cjs');
const { run, trace } = require('../harness.cjs');

run(() => {
  const controller = new AbortController();
  const { signal } = controller;
  signal.addEventListener('abort', () => {
    trace('main', 'first');
    controller.abort('second');
    trace('main', 'aborted again');
  });
  signal.addEventListener('abort', heard('main', 'last', signal));
  controller.abort('first');
});
