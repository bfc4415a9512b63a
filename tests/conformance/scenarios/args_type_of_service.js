// setTypeOfService() before and after connecting, and what getTypeOfService() says.
// kinds: tcp unix
'use strict';

const { attempt, net, pair, run, trace } = require('../harness.cjs');

run(() => {
  const rows = [
    ['0', 0], ['16', 16], ['252', 252], ['256', 256], ['-1', -1], ['1.5', 1.5], ['text', '1'], ['object', {}],
  ];
  const show = (who, sock) => {
    for (const [label, tos] of rows) {
      attempt(who, label, () => sock.setTypeOfService(tos));
      trace(who, 'now', sock.getTypeOfService());
    }
  };
  show('fresh', new net.Socket());
  pair({}, {}, (client, peer) => {
    trace('C', 'returns itself', client.setTypeOfService(8) === client);
    show('C', client);
    client.destroy();
    peer.destroy();
    trace('C', 'destroyed', client.getTypeOfService());
  });
});
