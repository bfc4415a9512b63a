// More verbs, for scenarios about the reading half of a socket; reading.py has the same ones for pynet.
'use strict';

// Where the reading half stands: its mode, and what is buffered.
function flow(sock) {
  return `flowing=${sock.readableFlowing} paused=${sock.isPaused()} length=${sock.readableLength}`;
}

// What became of the reading half: the flags that are up.
function flags(sock) {
  const up = ['readable', 'readableDidRead', 'readableEnded', 'readableAborted', 'closed'].filter((flag) => sock[flag]);
  if (sock.errored !== null)
    up.push('errored');
  return up.length === 0 ? '-' : up.join(' ');
}

// Calls f when `sock` has read `total` bytes in its life, and what follows from that has happened.
function arrived(sock, total, f) {
  setImmediate(() => (sock.bytesRead >= total ? f() : arrived(sock, total, f)));
}

// Writes the chunks to `from`, each when `to` has read the one before, and then calls f: each chunk is read alone.
function inTurn(from, to, chunks, f) {
  if (chunks.length === 0)
    return f();
  const total = to.bytesRead + Buffer.byteLength(chunks[0]);
  from.write(chunks[0]);
  return arrived(to, total, () => inTurn(from, to, chunks.slice(1), f));
}

// Calls f in a step of its own; pynet's comes from another thread.
function outside(f) {
  setImmediate(f);
}

// A text, with what is not printable ASCII as its code point; bytes stay what they are.
function chars(text) {
  if (typeof text !== 'string')
    return text;
  const one = (char) => (/[\x20-\x7e]/.test(char) ? char : `<${char.codePointAt(0).toString(16)}>`);
  return `'${Array.from(text, one).join('')}'`;
}

module.exports = { arrived, chars, flags, flow, inTurn, outside };
