// Forms of createServer(): options, none, a listener, both; each gives a server.
// kinds: plain
'use strict';

const { net, run, trace } = require('../harness.cjs');

run(() => {
  const listener = () => {};
  const rows = [
    ['nothing', () => net.createServer()],
    ['null', () => net.createServer(null)],
    ['empty', () => net.createServer({})],
    ['unknown option', () => net.createServer({ colour: 'red' })],
    ['listener', () => net.createServer(listener)],
    ['options, listener', () => net.createServer({ allowHalfOpen: true }, listener)],
    ['null, listener', () => net.createServer(null, listener)],
    ['new', () => new net.Server({ pauseOnConnect: true }, listener)],
  ];
  for (const [label, make] of rows) {
    const server = make();
    trace('main', label, server.listenerCount('connection'), server.listening);
  }
});
