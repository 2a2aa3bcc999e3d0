// Requests that can be sent again, answers that are read, and those that are not.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { compose, isError, RejectedError, wrap } from '@inmesh/core';
import { wrapFetch } from '@inmesh/fetch';
import { loadBalancer } from '@inmesh/load-balancer';
import { retry } from '@inmesh/retry';
import { timeout } from '@inmesh/timeout';

const megabyte = Buffer.alloc(1_000_000);
let requests = 0;
let failures = 0;
let dying = false;
const server = createServer((request, response) => {
  requests++;
  request.resume().once('end', () => {
    if (requests <= failures) response.writeHead(503).end();
    else if (dying) response.write('the first half, ', () => request.destroy());
    else response.end(request.url === '/export' ? megabyte : 'an item');
    dying = false;
  });
});
await once(server.listen(0, '127.0.0.1'), 'listening');
const endpoints = [`http://127.0.0.1:${(server.address() as AddressInfo).port}`];

// #region usage
const catalog = loadBalancer({ endpoints, name: 'catalog' });
const policy = compose(timeout(2_000), retry(), catalog, timeout(500, { until: 'head' }));

/** Once for each service, beside its policy. The host of its URLs is the service's name. */
const api = wrapFetch(policy, { name: (_input, init) => `catalog ${init?.method ?? 'GET'}` });
// #endregion

// #region errors
async function item(id: string): Promise<string | undefined> {
  try {
    const response = await api(`http://catalog/items/${id}`);
    if (response.ok) return await response.text();
    if (response.status === 404) return undefined;
    throw new Error(`the catalog answered ${response.status}`); // a 503 of the last attempt is an answer, no error
  } catch (error) {
    if (isError(error, RejectedError)) return undefined; // a policy refused it: nothing was sent
    throw error;
  }
}
// #endregion
console.log(await item('7'));

const url = 'http://catalog/items';
async function sent(mark: string, what: string, ask: () => Promise<Response>): Promise<void> {
  requests = 0;
  failures = 1;
  const response = await ask();
  await response.text();
  console.log(`${mark} ${what}: ${response.status} after ${requests} request${requests > 1 ? 's' : ''}`);
}
const rows = ['{"sku":7}', '{"sku":8}'];

// #region stream
const upload = () => ({ method: 'PUT', body: new Blob(rows).stream(), duplex: 'half' });
const asStream = () => api(url, upload()); // ❌ gone once it was sent
const asText = () => api(url, { method: 'PUT', body: rows.join('\n') }); // ✅
// #endregion
await sent('❌', 'a stream', asStream);
await sent('✅', 'text', asText);

// #region post
const order = { method: 'POST', body: '{"sku":7}' };
const keyless = () => api(url, order); // ❌ if it should survive a 503
const withKey = () => api(url, { ...order, headers: { 'idempotency-key': crypto.randomUUID() } }); // ✅
// #endregion
await sent('❌', 'a POST', keyless);
await sent('✅', 'a POST with an Idempotency-Key', withKey);

const inFlight = () => catalog.endpoints[0]?.inFlight;

// #region unread
async function exists(path: string): Promise<boolean> {
  return (await api(`http://catalog${path}`)).ok; // ❌ nobody reads the body: connection and load stay
}

async function isThere(path: string): Promise<boolean> {
  const response = await api(`http://catalog${path}`);
  await response.body?.cancel(); // ✅
  return response.ok;
}
// #endregion
for (let n = 0; n < 20; n++) await isThere('/export');
const after = inFlight();
for (let n = 0; n < 20; n++) await exists('/export');
console.log(`❌ after 20 calls ${inFlight()} are in flight`);
console.log(`✅ after 20 calls ${after} are in flight`);

// #region body
const head = async () => (await api(`${url}/7`)).text(); // ❌ if bodies die: only what comes before them is tried again
const whole = wrap(retry(), () => head()); // ✅ for what may be asked twice: the reading is inside a retry too
// #endregion
for (const [mark, read] of [['❌', head] as const, ['✅', whole] as const]) {
  requests = failures = 0;
  dying = true;
  const outcome = await read().catch((error: Error) => error.message);
  console.log(`${mark} a body dies: ${outcome}, ${requests} request${requests > 1 ? 's' : ''}`);
}

server.close();
server.closeAllConnections();

// Output:
// an item
// ❌ a stream: 503 after 1 request
// ✅ text: 200 after 2 requests
// ❌ a POST: 503 after 1 request
// ✅ a POST with an Idempotency-Key: 200 after 2 requests
// ❌ after 20 calls … are in flight
// ✅ after 20 calls 0 are in flight
// ❌ a body dies: terminated, 1 request
// ✅ a body dies: an item, 2 requests
