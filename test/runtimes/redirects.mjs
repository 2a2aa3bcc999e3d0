// What has to hold for redirects, whoever follows them.
import { emptied, mesh, rejection, told } from './bench.mjs';
import { first, same } from './findings.mjs';

/** Every check of redirects, by name; each is given what all checks are given. */
export const redirects = {
  /** A redirect inside the service stays at the endpoint, under the service's name. */
  async redirect({ client, endpoints, scheme }) {
    const response = await mesh({ client, endpoints }).call(`${scheme}://catalog.example/to/here`);
    const { host, server } = await response.json();
    return first(
      same(['one', 'two'].includes(server), true, `it went to ${server}`),
      same(host, 'catalog.example', 'the host is the endpoint'),
      same(response.url, `${scheme}://catalog.example/whoami`),
      same(response.redirected, true, 'it is not told that it was redirected'),
    );
  },

  /** A redirect that leaves the service takes nothing of it along. */
  async leaving({ client, endpoints, scheme, addresses }) {
    const response = await mesh({ client, endpoints }).call(`${scheme}://catalog.example/to/elsewhere`);
    const { host, server } = await response.json();
    return first(
      same(server, 'elsewhere'),
      same(`http://${host}`, addresses.elsewhere, `a false host, ${host}`),
      same(response.url, `${addresses.elsewhere}/whoami`),
    );
  },

  /** A redirect that asks for a body again gets it, also that of a `Request`. */
  async resent({ client, endpoints, scheme }) {
    const stack = mesh({ client, endpoints });
    const url = `${scheme}://catalog.example/to/here/307`;
    const init = { method: 'POST', body: 'hello' };
    for (const input of [url, new client.Request(url, init)]) {
      const response = await (input === url ? stack.call(url, init) : stack.call(input));
      const { method, body } = await response.json();
      const found = first(same(method, 'POST'), same(body, 'hello'), await emptied(stack));
      if (found !== 'ok') return `${input === url ? 'by URL' : 'a Request'}: ${found}`;
    }
    return 'ok';
  },

  /** A `Location` in raw UTF-8 leads where it says. */
  async location({ client, endpoints, scheme }) {
    const response = await mesh({ client, endpoints }).call(`${scheme}://catalog.example/to/cafe`);
    return same((await response.json()).path, '/whoami/caf%C3%A9');
  },

  /** A redirect that nobody follows says where it leads in the service. */
  async manual({ client, endpoints, scheme }) {
    const stack = mesh({ client, endpoints });
    const response = await stack.call(`${scheme}://catalog.example/to/here`, { redirect: 'manual' });
    const location = response.headers.get('location') ?? 'nowhere';
    await response.text();
    return first(
      same(response.status, 302),
      same(new URL(location, response.url).href, `${scheme}://catalog.example/whoami`),
      await emptied(stack),
    );
  },

  /** A redirect to where nobody listens fails, and a POST that was answered with one is not sent again. */
  async refused({ client, endpoints, scheme, key }) {
    const stack = mesh({ client, endpoints });
    const init = { method: 'POST', body: 'once' };
    const { error } = await rejection(stack.call(`${scheme}://catalog.example/lost/${key}`, init));
    const { bodies } = await (await stack.call(`${scheme}://catalog.example/sent/${key}`)).json();
    return first(
      same(error instanceof Error, true, `it rejects with ${told(error)}`),
      same(bodies.join(), 'once', `it was sent ${bodies.length} times`),
      await emptied(stack),
    );
  },
};
