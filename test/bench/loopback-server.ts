// Answers every request with the same small JSON, on as many ports as it is told, in a process of its own: what it costs
// is not the client's. Tells its origins, and ends when nobody holds its standard input any more.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const body = JSON.stringify({
  id: 7,
  name: 'seventh item',
  price: 12.5,
  tags: ['one', 'two'],
  stock: { here: 3, there: 40 },
});
const headers = { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) };

const ports = Array.from({ length: Number(process.argv[2] ?? 1) }, async () => {
  const server = createServer({ keepAliveTimeout: 60_000 }, (_, response) =>
    response.writeHead(200, headers).end(body),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // it listens on a port
});
console.log(JSON.stringify(await Promise.all(ports)));
process.stdin.resume().once('close', () => process.exit());
