import { ok, strictEqual } from 'node:assert/strict';

import { circuitBreaker } from '@inmesh/circuit-breaker';
import { compose, type Policy } from '@inmesh/core';
import { wrapFetch } from '@inmesh/fetch';
import { loadBalancer } from '@inmesh/load-balancer';
import { tokenBucket } from '@inmesh/rate-limiter';
import { retry } from '@inmesh/retry';
import { timeout } from '@inmesh/timeout';

import type { Case, Group } from '../case.ts';
import { loopback } from '../loopback.ts';
import { peers, type Peer } from '../peers.ts';

type Undici = typeof import('undici-7');

const AT_ONCE = 16;

export const group: Group = {
  name: 'fetch',
  work: 'A GET of 100 bytes of JSON over loopback, keep-alive, 16 at a time, from two servers in turn',
  meter: 'cpu',
  longer: 100, // so that every sample has its share of collections
  async cases() {
    const servers = await loopback(2);
    const { origins } = servers;
    await nativeFirst();
    const undicis = await peers<Undici>({
      'undici-7': () => import('undici-7'),
      'undici-8': async () => (await import('undici-8')) as unknown as Undici, // has what is used here alike
    });
    for (const { module } of undicis) ok(!(nativeDispatcher() instanceof module.Agent));
    const [first = ''] = origins;
    const urls = origins.map((origin) => `${origin}/items/7`);
    const urlAt = (i: number): string => urls[i % urls.length] ?? '';
    const signalled = async (i: number) => await textOf(fetch(urlAt(i), { signal: new AbortController().signal }));
    const plain = wrapFetch((next) => next);
    const api = wrapFetch(wholeStack(origins));
    return [
      { ...requests('native fetch', 'given a signal', signalled), close: () => servers.close() },
      requests('native fetch', 'given a signal, again', signalled),
      requests('native fetch', undefined, async (i) => await textOf(fetch(urlAt(i)))),
      requests('inmesh', 'no policy', async (i) => await textOf(plain(urlAt(i)))),
      requests('inmesh', undefined, async () => await textOf(api(`${first}/items/7`)), WHOLE),
      requests(
        'inmesh',
        'given a signal',
        async () => await textOf(api(`${first}/items/7`, { signal: new AbortController().signal })),
        WHOLE,
      ),
      ...undicis.flatMap((peer) => undici(peer, origins, urlAt)),
    ];
  },
};

/** An undici that is imported before native fetch is used takes its place underneath it. */
async function nativeFirst(): Promise<void> {
  await (await fetch('data:,')).text();
  ok(nativeDispatcher() !== undefined);
}

const nativeDispatcher = (): unknown => Reflect.get(globalThis, Symbol.for('undici.globalDispatcher.1'));

const WHOLE = 'total timeout, retry, balancer of two, breaker, attempt timeout, limiter';

const wholeStack = (origins: readonly string[]): Policy =>
  compose(
    timeout(2_000),
    retry(),
    loadBalancer({ endpoints: origins }),
    circuitBreaker(),
    timeout(500, { until: 'head' }),
    tokenBucket({ ratePerSecond: 1e8 }),
  );

const textOf = async (response: Promise<{ text(): Promise<string> }>): Promise<string> => await (await response).text();

function requests(
  by: string,
  how: string | undefined,
  request: (i: number) => Promise<string>,
  differs?: string,
): Case {
  return {
    by,
    how,
    differs,
    async check() {
      strictEqual((JSON.parse(await request(0)) as { readonly id: number }).id, 7);
    },
    async loop(times) {
      let sent = 0;
      let bytes = 0;
      async function client(): Promise<void> {
        while (sent < times) {
          const { length } = await request(sent++);
          bytes += length;
        }
      }
      await Promise.all(Array.from({ length: Math.min(AT_ONCE, times) }, client));
      strictEqual(bytes % times, 0);
    },
  };
}

function undici({ by, module }: Peer<Undici>, origins: readonly string[], urlAt: (i: number) => string): Case[] {
  const { Agent, BalancedPool, fetch: undiciFetch, interceptors, request } = module;
  const agent = new Agent();
  const retrying = agent.compose(interceptors.retry());
  const pool = new BalancedPool([...origins]);
  const bodyOf = async ({ body }: Awaited<ReturnType<typeof request>>): Promise<string> => await body.text();
  return [
    {
      ...requests(by, 'fetch', async (i) => await textOf(undiciFetch(urlAt(i), { dispatcher: agent }))),
      close: () => agent.close(),
    },
    requests(
      by,
      'fetch, retry interceptor',
      async (i) => await textOf(undiciFetch(urlAt(i), { dispatcher: retrying })),
      'no timeout of ours, no breaker, limiter or balancer',
    ),
    requests(
      by,
      'request, retry interceptor',
      async (i) => await bodyOf(await request(urlAt(i), { dispatcher: retrying })),
      'no fetch: a client of its own; no breaker, limiter or balancer',
    ),
    {
      ...requests(
        by,
        'BalancedPool',
        async () => await bodyOf(await pool.request({ path: '/items/7', method: 'GET' })),
        'no fetch: a client of its own; no retry, breaker or limiter',
      ),
      close: () => pool.close(),
    },
  ];
}
