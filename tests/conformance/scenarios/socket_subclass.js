// A class derived from Socket, with a method of its own, connects and is what listeners get.
// kinds: tcp unix
'use strict';

const { listen, net, record, run, trace, where } = require('../harness.cjs');

run(() => {
  class Chat extends net.Socket {
    say(text) {
      return this.write(`<${text}>`);
    }
  }
  const server = net.createServer((sock) => {
    record(sock, 'S', 'data end close');
    server.close();
  });
  listen(server, () => {
    const chat = new Chat({ allowHalfOpen: true });
    record(chat, 'C', 'connect end close');
    chat.resume();
    chat.on('end', () => chat.end());
    chat.connect(where(server), () => {
      trace('C', 'say', chat.say('hello'), chat.allowHalfOpen);
      chat.end();
    });
  });
});
