// What has to hold for the ends of responses: they count as load until then.
import { collectGarbage, control, emptied, mesh, rejection, told, within } from './bench.mjs';
import { first, same } from './findings.mjs';

/** Every check of ends, by name; each is given what all checks are given. */
export const ends = {
  /** What has no body is over with its head. */
  async head({ client, endpoints, scheme }) {
    const stack = mesh({ client, endpoints });
    for (const [method, path, status] of [
      ['HEAD', 'small', 200],
      ['GET', 'empty/204', 204],
      ['GET', 'empty/304', 304],
    ]) {
      const response = await stack.call(`${scheme}://catalog.example/${path}`, { method });
      const found = first(same(response.status, status), await emptied(stack), same(stack.overs.pop(), undefined));
      if (found !== 'ok') return `${method} ${path}: ${found}`;
    }
    return 'ok';
  },

  /** A head is given away when it comes, however late the first byte of its body is. */
  async late({ client, endpoints, scheme, key, addresses }) {
    const stack = mesh({ client, endpoints });
    const response = await within(3_000, stack.call(`${scheme}://catalog.example/late/${key}`), undefined);
    if (response === undefined) return 'no head without a body';
    const counted = stack.inFlight();
    await control(addresses.control, `/finish/${key}`);
    const text = await response.text();
    return first(same(counted, 1, `${counted} in flight at the head`), same(text, 'ended'), await emptied(stack));
  },

  /** A response counts as load until its body was read. */
  async read({ client, endpoints, scheme, key, addresses }) {
    const stack = mesh({ client, endpoints });
    const response = await stack.call(`${scheme}://catalog.example/slow/${key}`);
    const counted = stack.inFlight();
    await control(addresses.control, `/finish/${key}`);
    const text = await response.text();
    return first(same(counted, 1, `${counted} in flight at the head`), same(text, 'begunended'), await emptied(stack));
  },

  /** A small response that nobody reads holds nothing for long. */
  async unread(stand) {
    return unread(stand, '/small');
  },

  /** Nor does a large one, once it is collected. */
  async collected(stand) {
    const found = await unread(stand, '/large');
    if (found === 'ok') return found;
    return (await unread(stand, '/large', { maxUnreadMs: 500 })) === 'ok' ? 'only after maxUnreadMs' : found;
  },

  /** A body that dies rejects its reader, and is no success. */
  async died({ client, endpoints, scheme, key, addresses }) {
    const stack = mesh({ client, endpoints });
    const response = await stack.call(`${scheme}://catalog.example/die/${key}`);
    const read = rejection(response.text());
    await control(addresses.control, `/finish/${key}`);
    const { error } = await within(3_000, read, { error: 'nothing, and waits' });
    const empty = await emptied(stack);
    return first(
      same(error instanceof Error, true, `the reader gets ${told(error)}`),
      empty,
      same(stack.overs.length, 1),
      same(stack.overs[0] === undefined, false, 'it is over without an error'),
    );
  },
};

async function unread({ client, endpoints, scheme }, path, options) {
  const stack = mesh({ client, endpoints, ...options });
  for (let n = 0; n < 3; n++) await asked(stack, `${scheme}://catalog.example${path}`);
  return emptied(stack, collectGarbage, 4_000);
}

/** In a frame of its own, so that no response stays on the stack. */
async function asked({ call }, url) {
  await call(url);
}
