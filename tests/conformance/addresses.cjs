// Answers what addresses.py asks on its standard input; see there.
'use strict';

const net = require('node:net');

// What a call gives, or the code of what it throws.
function outcome(call) {
  try {
    return call();
  } catch (error) {
    return { code: error.code ?? error.name };
  }
}

function shown(address) {
  return address === undefined ? null : [address.address, address.port, address.family, address.flowlabel];
}

function blockList({ commands, queries }) {
  const list = new net.BlockList();
  const results = commands.map(([name, ...args]) => outcome(() => list[name](...args)) ?? null);
  return {
    commands,
    results,
    rules: list.rules,
    size: list.size,
    queries: queries.map(([address, family]) => [address, family, list.check(address, family)]),
  };
}

const asked = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));
const answers = {
  node: process.version,
  is_ip: asked.is_ip.map((text) => [text, net.isIP(text)]),
  socket_address: asked.socket_address.map(([address, family]) => [
    address, family, outcome(() => shown(new net.SocketAddress({ address, family })))]),
  parse: asked.parse.map((text) => [text, shown(net.SocketAddress.parse(text))]),
  block_list: asked.block_list.map(blockList),
};
process.stdout.write(JSON.stringify(answers));
