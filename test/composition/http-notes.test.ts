// What fetch notes of its requests, as metrics and others read it.
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

import { compose, type Policy } from '@inmesh/core';
import { wrapFetch } from '@inmesh/fetch';
import { httpMethod, httpStatus } from '@inmesh/http';
import { createRegistry, measured } from '@inmesh/metrics';
import { retry } from '@inmesh/retry';
import { describe, expect, it, onTestFinished } from 'vitest';

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

const again = retry({ attempts: 3, backoff: () => 0 });

/** Answers so, one after the other; with `undefined` the connection dies. */
function answering(...statuses: (number | undefined)[]): RequestListener {
  return (request, response) => {
    const status = statuses.shift();
    if (status === undefined) request.socket.destroy();
    else response.writeHead(status).end();
  };
}

describe('measured around fetch', () => {
  it.each<[string, (number | undefined)[], string]>([
    ['the status of an answer', [404], '404'],
    ['the status of the last answer', [503, 200], '200'],
    ['no status where the last attempt had no answer', [503, 503, undefined], ''],
  ])('counts the method and %s', async (_, statuses, status) => {
    const url = await serve(answering(...statuses));
    const registry = createRegistry();
    const policy = measured(registry);
    onTestFinished(() => policy.close());
    await wrapFetch(compose(policy, again), { name: 'catalog' })(url, { method: 'put' }).catch(() => {});
    const count = registry
      .metrics()
      .split('\n')
      .find((line) => line.startsWith('http_client_request_duration_seconds_count'));
    expect(count).toContain('http_request_method="PUT"');
    expect(count).toContain(`http_response_status_code="${status}"`);
  });
});

describe('the log of a call', () => {
  it('has the method of every request and the status of every answer', async () => {
    const url = await serve(answering(503, undefined, 200));
    const seen: unknown[] = [];
    const reading: Policy = (next) => (call) =>
      next(call).finally(() => seen.push([...call.noted(httpMethod)], [...call.noted(httpStatus)]));
    await wrapFetch(compose(reading, again))(url);
    expect(seen).toEqual([
      ['GET', 'GET', 'GET'],
      [200, undefined, undefined, 503],
    ]);
  });
});
