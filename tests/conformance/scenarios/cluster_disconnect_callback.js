// The callback of cluster.disconnect() comes between the events disconnect and exit.
// kinds: rr-plain
'use strict';

const { attributes, cluster, fork, roles } = require('../clustering.cjs');
const { note } = require('../harness.cjs');

roles(() => {
  fork({}, attributes);
  cluster.on('online', () => cluster.disconnect(note('P W1', 'called')));
}, () => {});
