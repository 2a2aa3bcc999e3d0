// Answers requests by the batch, 100 ms after the last of it came: as many bytes as the first argument says, for as many
// requests as the second does. Says its port to its parent, and of every batch that it is in.
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const body = Buffer.alloc(Number(process.argv[2]), 'x');
const batch = Number(process.argv[3]);
let came: ServerResponse[] = [];

const server = createServer((_request, response) => {
  came.push(response);
  if (came.length < batch) return;
  const whole = came;
  came = [];
  process.send?.('all in');
  setTimeout(() => {
    for (const each of whole) each.end(body);
  }, 100);
});
server.listen(0, '127.0.0.1', () => {
  process.send?.((server.address() as AddressInfo).port); // a TCP server, so its address is no string
});
process.once('disconnect', () => process.exit());
