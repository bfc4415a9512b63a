// A refused connection answers the queued writes and end() after 'close'.
// kinds: tcp unix
'use strict';

const { answer, net, nowhere, record, run } = require('../harness.cjs');

run(() => {
  nowhere((target) => {
    const client = net.connect(target);
    record(client, 'C', 'connect error prefinish finish close');
    client.write('one', answer('C', 'first write'));
    client.write('two', answer('C', 'second write'));
    client.end(answer('C', 'end'));
  });
});
