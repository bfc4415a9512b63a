// setupPrimary() merges at once, and each call has its event, with the last settings; so has each fork().
// kinds: rr-plain
'use strict';

const { cluster, roles } = require('../clustering.cjs');
const { kind, policy, trace } = require('../harness.cjs');

roles(() => {
  const args = [`${policy}-${kind}`];
  trace('P', 'before', Object.keys(cluster.settings).length);
  cluster.on('setup', (settings) => trace('P', 'setup', settings.args));
  cluster.on('fork', (worker) => trace('P', 'fork', worker.id));
  cluster.setupPrimary({ args: [...args, 'first'] });
  trace('P', 'after', cluster.settings.args);
  cluster.setupPrimary({ args: [...args, 'second'] });
  cluster.setupPrimary({});
  trace('P', 'after', cluster.settings.args, 'silent', cluster.settings.silent);
  cluster.fork().disconnect();
}, () => {});
