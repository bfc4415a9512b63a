// More verbs, for abort signals; aborting.py has the same ones for pynet.
'use strict';

const { trace } = require('./harness.cjs');

// A reason: the errors that signals make by their name, all else as it is.
function why(reason) {
  return reason !== undefined && ['AbortError', 'TimeoutError'].includes(reason.name) ? reason.name : reason;
}

// A listener for abort that traces what it got.
function heard(who, label, signal) {
  return (event) => trace(who, label, event.type, event.target === signal, signal.aborted, why(signal.reason));
}

module.exports = { heard, why };
