// set_encoding() knows an encoding by all its names, in any case; readable_encoding is the first of them.
// kinds: plain
'use strict';

const { net, run, trace } = require('../harness.cjs');

run(() => {
  const names = ['utf8', 'UTF-8', 'utf16le', 'UTF-16LE', 'ucs2', 'UCS-2', 'latin1', 'binary', 'ascii', 'base64'];
  trace('C', 'fresh', new net.Socket().readableEncoding);
  for (const one of [...names, 'BASE64URL', 'Hex', null, ''])
    trace('C', 'name', one, new net.Socket().setEncoding(one).readableEncoding);
  trace('C', 'none', new net.Socket().setEncoding().readableEncoding);
});
