// What has to hold for a dispatcher of the user's own underneath, of any generation that the fetch itself takes.
import { control, emptied, mesh, rejection, told, within } from './bench.mjs';
import { first, same } from './findings.mjs';

/** Is the request at the right server under the right names, with and without TLS? */
async function arrives(client, addresses, { dispatcher, init, bodies = ['hello'] } = {}) {
  for (const scheme of ['http', 'https']) {
    const stack = mesh({ client, endpoints: [addresses[scheme][0]], dispatcher });
    for (const body of bodies) {
      const url = `${scheme}://catalog.example/whoami`;
      const response = await stack.call(url, { method: 'PUT', body, ...init });
      const seen = await response.json();
      const found = first(
        same(seen.server, 'one'),
        same(seen.host, 'catalog.example', `the host is ${seen.host}`),
        same(seen.servername, scheme === 'https' ? 'catalog.example' : undefined),
        same(seen.body, body),
        same(response.url, url),
        await emptied(stack),
      );
      if (found !== 'ok') return `${scheme}: ${found}`;
    }
  }
  return 'ok';
}

/** Every check, by the dispatcher's kind; each is given `{ client, agents, addresses, key }`. */
export const dispatcherChecks = {
  /** The fetch by itself, to compare with. */
  async bare({ client, agents, addresses }) {
    const { error } = await rejection(client.bare(`${addresses.http[0]}/whoami`, { dispatcher: new agents.Agent() }));
    return error === undefined ? 'ok' : refusal(error);
  },

  async Agent({ client, agents, addresses }) {
    const dispatcher = new agents.Agent();
    const found = await arrives(client, addresses, { dispatcher, bodies: ['hello', 'again'] });
    return found === 'ok' ? arrives(client, addresses, { init: { dispatcher } }) : found; // as a call's own
  },

  async ProxyAgent({ client, agents, addresses, key }) {
    const dispatcher = new agents.ProxyAgent({ uri: addresses.proxy, token: key });
    const found = await arrives(client, addresses, { dispatcher });
    if (found !== 'ok') return found;
    const passed = control(addresses.control, `/wait/proxied/${key}`);
    return (await within(2_000, passed, 'it passed the proxy by')) ?? 'ok';
  },

  async MockAgent({ client, agents }) {
    const dispatcher = new agents.MockAgent();
    dispatcher.disableNetConnect();
    const pool = dispatcher.get('http://10.0.0.1');
    pool.intercept({ path: '/items', method: 'PUT', body: 'hello' }).reply(200, 'mocked');
    const stack = mesh({ client, endpoints: ['http://10.0.0.1'], dispatcher, limitMs: 2_000 });
    const response = await stack.call('http://catalog.example/items', { method: 'PUT', body: 'hello' });
    return first(
      same(await response.text(), 'mocked'),
      same(response.url, 'http://catalog.example/items'),
      await emptied(stack),
    );
  },

  async http2({ client, agents, addresses }) {
    const stack = mesh({ client, endpoints: addresses.http2, dispatcher: new agents.Agent({ allowH2: true }) });
    const response = await stack.call('https://catalog.example/whoami', { method: 'PUT', body: 'hello' });
    const { host, servername, httpVersion, body } = await response.json();
    return first(
      same(host, 'catalog.example', `the host is ${host}`),
      same(servername, 'catalog.example'),
      same(body, 'hello'),
      await emptied(stack),
      same(httpVersion, '2.0', `HTTP/${httpVersion}`),
    );
  },

  /** As the dispatcher of every fetch, where undici keeps it. */
  async setGlobalDispatcher({ client, agents, addresses, key }) {
    agents.setGlobalDispatcher(new agents.ProxyAgent({ uri: addresses.proxy, token: `${key}-global` }));
    const passed = async () => {
      const way = control(addresses.control, `/wait/proxied/${key}-global`);
      return (await within(1_000, way, 'it is not obeyed')) ?? 'ok';
    };
    return first(await arrives(client, addresses), await passed());
  },
};

/** What fetch says to a dispatcher of another generation. */
export const refusal = (error) => (told(error).includes('UND_ERR_INVALID_ARG') ? 'refused' : told(error));
