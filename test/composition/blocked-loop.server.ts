// Answers every request 100 ms after it came with as many bytes as the first argument says. Says its port to its parent.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const body = Buffer.alloc(Number(process.argv[2]), 'x');
const server = createServer((_request, response) => {
  setTimeout(() => response.end(body), 100);
});
server.listen(0, '127.0.0.1', () => {
  process.send?.((server.address() as AddressInfo).port); // a TCP server, so its address is no string
});
process.once('disconnect', () => process.exit());
