// dropMaxConnection is kept, and changes nothing where there is no cluster.
// kinds: tcp unix
'use strict';

const { connect, listen, net, run, trace } = require('../harness.cjs');

run(() => {
  const server = net.createServer();
  trace('srv', 'fresh', Boolean(server.dropMaxConnection));
  server.dropMaxConnection = true;
  server.maxConnections = 0;
  server.on('drop', () => {
    trace('srv', 'drop', server.dropMaxConnection);
    if (!server.dropMaxConnection)
      return server.close();
    server.dropMaxConnection = false;
    return connect(server).resume();
  });
  listen(server, () => connect(server).resume());
});
