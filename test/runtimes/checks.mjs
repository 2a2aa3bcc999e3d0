// What has to hold for every client. A check gives `ok`, or what it found instead.
import { isError } from '@inmesh/core';
import { TimeoutError } from '@inmesh/timeout';

import { control, emptied, mesh, named, rejection, sleep, told, within } from './bench.mjs';
import { ends } from './ends.mjs';
import { first, same } from './findings.mjs';
import { redirects } from './redirects.mjs';

const put = { method: 'PUT', body: 'hello' };

const whoami = async ({ client, endpoints, scheme }, name = 'catalog.example') => {
  const response = await mesh({ client, endpoints }).call(`${scheme}://${name}/whoami`);
  return { url: response.url, redirected: response.redirected, seen: await response.json() };
};

/** Every check, by name; each is given `{ client, endpoints, http2, scheme, key, addresses }`. */
export const checks = {
  /** Requests reach the endpoint that the balancer chose. */
  async server({ client, endpoints, scheme }) {
    const { call } = mesh({ client, endpoints });
    const reached = [];
    for (let n = 0; n < 4; n++) reached.push((await (await call(`${scheme}://catalog.example/whoami`)).json()).server);
    return same(reached.join().replace('two,one,two,one', 'one,two,one,two'), 'one,two,one,two');
  },

  async host(stand) {
    const { host } = (await whoami(stand)).seen;
    return same(host, 'catalog.example', 'the host is the endpoint');
  },

  /** Endpoints are asked for the certificate of the service. */
  async servername({ client, scheme, addresses }) {
    if (scheme === 'http') return 'none';
    const stand = { client, endpoints: addresses.https, scheme };
    const { servername } = (await whoami(stand)).seen;
    const { servername: other } = (await whoami(stand, 'billing.example')).seen;
    return first(same(servername, 'catalog.example'), same(other, 'billing.example'));
  },

  /** An endpoint may have a certificate of its own name. */
  async ownName({ client, scheme, addresses }) {
    const endpoints = addresses[scheme].map(named);
    const response = await mesh({ client, endpoints }).call(`${scheme}://catalog.example/whoami`);
    const { servername } = await response.json();
    return first(
      same(servername, scheme === 'http' ? undefined : 'localhost'),
      same(response.url, `${scheme}://catalog.example/whoami`),
    );
  },

  async url(stand) {
    return same((await whoami(stand)).url, `${stand.scheme}://catalog.example/whoami`);
  },

  ...redirects,
  ...ends,

  /** After a 503 a body is sent again as it was. */
  async retry({ client, endpoints, scheme, key }) {
    const stack = mesh({ client, endpoints });
    const response = await stack.call(`${scheme}://catalog.example/flaky/${key}`, put);
    const { bodies } = await response.json();
    return first(same(bodies.join(), 'hello,hello'), await emptied(stack));
  },

  /** So is that of a `Request` of the client's own class. */
  async request({ client, endpoints, scheme, key }) {
    return sentTwice(mesh({ client, endpoints }), new client.Request(`${scheme}://catalog.example/flaky/${key}`, put));
  },

  /** And that of the platform's class. */
  async foreign({ client, endpoints, scheme, key }) {
    return sentTwice(mesh({ client, endpoints }), new Request(`${scheme}://catalog.example/flaky/${key}`, put));
  },

  /** The caller's abort rejects with his reason, whatever it is, and ends the request. */
  async abort({ client, endpoints, scheme, key, addresses }) {
    const stack = mesh({ client, endpoints });
    const controller = new AbortController();
    const reason = { why: 'bored' }; // any value may be one
    const { signal } = controller;
    const rejected = rejection(stack.call(`${scheme}://catalog.example/hang/${key}`, { signal }));
    const met = await within(3_000, Promise.race([control(addresses.control, `/wait/seen/${key}`), rejected]), 'late');
    if (met !== undefined) return met === 'late' ? 'the request did not come' : first(String(met.error?.message));
    controller.abort(reason);
    const { error } = await within(3_000, rejected, { error: 'nothing' });
    const closed = within(3_000, control(addresses.control, `/wait/closed/${key}`), 'the request goes on');
    return first(same(error, reason, `rejects with ${told(error)}`), (await closed) ?? 'ok', await emptied(stack));
  },

  /** A time limit ends a body that stalls, its reader and its request. */
  async timeout({ client, endpoints, scheme, key, addresses }) {
    const stack = mesh({ client, endpoints, limitMs: 1_000 });
    const response = await stack.call(`${scheme}://catalog.example/stall/${key}`);
    const { error } = await within(3_000, rejection(response.text()), { error: 'nothing' });
    const closed = within(3_000, control(addresses.control, `/wait/closed/${key}`), 'the request goes on');
    return first(
      same(isError(error, TimeoutError), true, `the reader gets an ${error?.name}`),
      (await closed) ?? 'ok',
      await emptied(stack),
    );
  },

  /** Connections are used again, and two server names on one address do not take each other's down. */
  async sockets({ client, endpoints: [one], scheme }) {
    const { call } = mesh({ client, endpoints: [one] });
    const connections = new Set();
    for (let n = 0; n < 20; n++) {
      const name = n % 2 === 0 ? 'catalog.example' : 'billing.example';
      connections.add((await (await call(`${scheme}://${name}/whoami`)).json()).connection);
      await sleep(5); // in which a pool that mistook the name would close a connection
    }
    return same(connections.size <= 4, true, `${connections.size} connections for 20 calls`);
  },

  /** HTTP/2, where server and client can. */
  async http2({ client, scheme, http2 }) {
    if (scheme === 'http') return 'none';
    const stack = mesh({ client, endpoints: http2 });
    const response = await stack.call('https://catalog.example/whoami', put);
    const { host, servername, httpVersion, body } = await response.json();
    return first(
      same(host, 'catalog.example', 'the host is the endpoint'),
      same(servername, 'catalog.example'),
      same(body, 'hello'),
      await emptied(stack),
      same(httpVersion, '2.0', `HTTP/${httpVersion}`),
    );
  },
};

async function sentTwice(stack, request) {
  const { bodies } = await (await stack.call(request)).json();
  return first(same(bodies.join(), 'hello,hello'), await emptied(stack));
}
