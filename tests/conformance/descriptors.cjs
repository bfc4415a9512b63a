// More verbs, for scenarios that are given a descriptor, or ask for the options of one; descriptors.py does the work,
// here as for pynet, since Node can make no descriptor by itself.
'use strict';

const { spawnSync } = require('node:child_process');
const path = require('node:path');
const { kind, run } = require('./harness.cjs');

const SCRIPT = path.join(__dirname, 'descriptors.py');
const GIVEN = 3;

// Runs main(fd) in a process of its own that was given such a descriptor; see make() of descriptors.py.
function withDescriptor(what, main) {
  if (process.argv[3] === 'given')
    return run(() => main(GIVEN));
  const command = [process.execPath, process.argv[1], kind, 'given'];
  process.exitCode = spawnSync('python3', [SCRIPT, 'give', what, ...command], { stdio: 'inherit' }).status;
  return undefined;
}

// The options of a connected socket, as the system has them.
function options(sock) {
  const stdio = ['ignore', 'pipe', 'inherit', sock._handle.fd];
  return spawnSync('python3', ['-I', '-S', SCRIPT, 'options'], { stdio, encoding: 'utf8' }).stdout;
}

module.exports = { options, withDescriptor };
