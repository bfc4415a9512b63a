// Socket() on a UDP socket raises at once.
// kinds: plain
'use strict';

const { withDescriptor } = require('../descriptors.cjs');
const { attempt, net } = require('../harness.cjs');

withDescriptor('udp', (fd) => {
  attempt('main', 'option', () => new net.Socket({ fd }));
  attempt('main', 'number', () => new net.Socket(fd));
});
