// The forms of setKeepAlive(), fresh and connected: all return the socket.
// kinds: tcp unix
'use strict';

const { net, pair, run, trace } = require('../harness.cjs');

run(() => {
  const forms = (sock, who) => {
    trace(who, 'bare', sock.setKeepAlive() === sock, sock.setKeepAlive(true) === sock);
    trace(who, 'positional', sock.setKeepAlive(true, 1000) === sock, sock.setKeepAlive(true, 1000, 2000, 3) === sock);
    const options = { enable: true, initialDelay: 2000, interval: 3000, count: 4 };
    trace(who, 'options', sock.setKeepAlive(options) === sock, sock.setKeepAlive({}) === sock);
  };
  const fresh = new net.Socket();
  forms(fresh, 'fresh');
  pair({}, { keepAlive: true, keepAliveInitialDelay: 5000 }, (C, S) => {
    forms(C, 'C');
    forms(S, 'S');
    C.destroy();
    S.destroy();
    trace('C', 'destroyed', C.setKeepAlive(true) === C);
  });
});
