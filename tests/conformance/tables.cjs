// More verbs, for what becomes of arguments, row by row; tables.py has the same ones for pynet.
'use strict';

const { attempt, net, record } = require('./harness.cjs');

// Ends what a call has made, and nobody hears of it.
function discard(made) {
  if (made instanceof net.Socket)
    made.on('error', () => {}).destroy();
  else if (made instanceof net.Server)
    made.on('error', () => {}).close();
}

// One line for each row: whether call(argument) raised, and what; what it made is discarded at once.
function table(who, rows, call) {
  for (const [label, argument] of rows)
    attempt(who, label, () => discard(call(argument)));
}

// One group for each row: whether call(argument) raised, and what happens then; what succeeds is closed.
function outcomes(rows, call) {
  for (const [label, argument] of rows) {
    attempt(label, 'call', () => {
      const made = call(argument);
      record(made, label, 'connect listening error close');
      made.on('connect', () => made.destroy());
      made.on('listening', () => made.close());
    });
  }
}

module.exports = { discard, outcomes, table };
