// The recommended stack around fetch, against real servers.
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

import { circuitBreaker, CircuitOpenError, consecutiveFailures } from '@inmesh/circuit-breaker';
import { compose } from '@inmesh/core';
import { wrapFetch } from '@inmesh/fetch';
import { loadBalancer, type LoadBalancer } from '@inmesh/load-balancer';
import { retry } from '@inmesh/retry';
import { timeout } from '@inmesh/timeout';
import { describe, expect, it, onTestFinished } from 'vitest';

async function serve(answer: RequestListener): Promise<{ origin: string; requests: () => number }> {
  let requests = 0;
  const server = createServer((request, response) => {
    requests++;
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests: () => requests };
}

const well: RequestListener = (request, response) => response.end(request.headers.host);
const inFlight = (balancer: LoadBalancer): number => balancer.endpoints.reduce((sum, each) => sum + each.inFlight, 0);

function stack(...origins: string[]) {
  const balancer = loadBalancer({ endpoints: origins });
  const breaker = circuitBreaker({ trip: consecutiveFailures(4) });
  const policy = compose(
    timeout(10_000),
    retry({ attempts: 3, backoff: () => 0 }),
    breaker,
    balancer,
    timeout(5_000, { until: 'head' }),
  );
  return { api: wrapFetch(policy), balancer, breaker };
}

describe('the stack around fetch', () => {
  it.each<[string, RequestListener]>([
    ['resets every request', (request) => request.socket.destroy()],
    ['answers 503', (_, response) => response.writeHead(503).end('busy')],
  ])('goes on while one endpoint of three %s', async (_, fail) => {
    const [one, two, three] = await Promise.all([serve(well), serve(well), serve(fail)]);
    const { api, balancer, breaker } = stack(one.origin, two.origin, three.origin);
    for (let call = 0; call < 60; call++) {
      const response = await api('http://catalog.example/', { method: 'PUT', body: String(call) });
      expect(await response.text()).toBe('catalog.example');
    }
    expect(breaker.state).toBe('closed');
    expect(inFlight(balancer)).toBe(0);
    expect(one.requests() + two.requests()).toBe(60);
    expect(three.requests()).toBeLessThan(30);
  });

  it('counts a download as load until it was read', async () => {
    const { origin } = await serve((_, response) => response.end('x'.repeat(1_000_000)));
    const { api, balancer } = stack(origin);
    const response = await api('http://catalog.example/');
    expect(inFlight(balancer)).toBe(1);
    await response.text();
    expect(inFlight(balancer)).toBe(0);
  });

  it('lets go of everything when the caller gives up', async () => {
    const arrived: (() => void)[] = [];
    const { origin } = await serve(() => arrived.shift()?.());
    const { api, balancer } = stack(origin);
    const controller = new AbortController();
    const seen = new Promise<void>((resolve) => arrived.push(resolve));
    const result = api('http://catalog.example/', { signal: controller.signal });
    await seen;
    expect(inFlight(balancer)).toBe(1);
    controller.abort('gone');
    await expect(result).rejects.toBe('gone');
    expect(inFlight(balancer)).toBe(0);
  });

  it('stops sending when the whole service is down', async () => {
    const { origin, requests } = await serve((request) => request.socket.destroy());
    const { api, breaker } = stack(origin);
    await expect(api('http://catalog.example/')).rejects.toThrow('fetch failed');
    await expect(api('http://catalog.example/')).rejects.toThrow();
    expect(breaker.state).toBe('open');
    const before = requests();
    await expect(api('http://catalog.example/')).rejects.toThrow(CircuitOpenError);
    expect(requests()).toBe(before);
  });
});
