// readable_flowing and is_paused() after each call that has a say in them.
// kinds: tcp unix
'use strict';

const { pair, run, settle, trace } = require('../harness.cjs');
const { flow } = require('../reading.cjs');

run(() => {
  pair({}, {}, (C, S) => {
    const listener = () => {};
    const at = (label) => trace('C', label, flow(C));
    at('at first');
    C.on('data', listener);
    at('a data listener');
    C.pause();
    at('paused');
    C.on('data', listener);
    at('another data listener');
    C.resume();
    at('resumed');
    C.off('data', listener);
    C.off('data', listener);
    at('no data listener');
    C.pause();
    C.on('readable', listener);
    at('paused, then a readable listener');
    C.resume();
    at('resumed with a readable listener');
    C.off('readable', listener);
    at('no readable listener');
    settle(() => {
      at('later');
      C.destroy();
      S.destroy();
      at('destroyed');
    });
  });
});
