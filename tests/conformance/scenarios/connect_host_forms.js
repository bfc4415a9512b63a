// connect() with the host left out of the call but in the options, and ports as texts.
// kinds: tcp unix
'use strict';

const { listen, net, run, state, trace, where } = require('../harness.cjs');

run(() => {
  const server = net.createServer((sock) => sock.end().resume());
  listen(server, () => {
    const at = where(server);
    const forms = at.path === undefined ? [
      ['text port', [String(at.port), '127.0.0.1']], ['spaces', [{ port: ` ${at.port}`, host: '127.0.0.1' }]],
      ['hex', [{ port: `0x${at.port.toString(16)}`, host: '127.0.0.1' }]],
    ] : [['text', [at.path]], ['dotted', [`./${at.path}`]], ['path wins', [{ ...at, port: 1, host: 'x.invalid' }]]];
    const next = () => {
      if (forms.length === 0)
        return server.close();
      const [label, args] = forms.shift();
      const client = net.connect(...args, () => trace('C', 'callback'));
      trace('C', label, state(client));
      client.resume().on('close', next);
    };
    next();
  });
});
