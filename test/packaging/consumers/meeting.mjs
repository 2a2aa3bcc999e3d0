// What a user of one copy sees of things that another copy made.
import { once } from 'node:events';
import { createServer } from 'node:http';

const failed = (promise) =>
  promise.then(
    () => 'it went well',
    (error) => error,
  );

export async function meet(mine, theirs) {
  const timedOut = await failed(mine.core.run(theirs.timeout.timeout(1), () => new Promise(() => {})));
  const limited = mine.core.wrap(theirs.limiter.tokenBucket({ ratePerSecond: 0.001, burst: 1 }), () => 'sent');
  await limited();
  const unplaced = await failed(mine.core.run(theirs.balancer.loadBalancer({ endpoints: [] }), () => 'sent'));
  const { isError } = mine.core;

  return {
    instances: [timedOut instanceof mine.timeout.TimeoutError, timedOut instanceof theirs.timeout.TimeoutError],
    isError: [
      isError(timedOut, mine.timeout.TimeoutError),
      isError(timedOut, theirs.timeout.TimeoutError),
      isError(timedOut, mine.core.RejectedError),
      isError(await failed(limited()), mine.limiter.RateLimitedError),
      isError(unplaced, mine.balancer.NoEndpointError),
      isError(new Error('wrapped', { cause: unplaced }), mine.core.RejectedError),
    ],
    ...(await keys(mine, theirs)),
    channels: channels(mine, theirs),
    ...(await fetched(mine, theirs)),
  };
}

/** Values that were bound, and facts that were noted, under one copy's key and asked for under the other's. */
async function keys(mine, theirs) {
  const { Key, compose, run } = mine.core;
  const { keyed } = mine.keys;
  const { observed } = mine.observers;
  const key = new Key('acme:tenant', 'nobody');
  const theirKey = new theirs.core.Key('acme:tenant', 'nobody');
  const forTenant = (next) => (call) => {
    call.note(key, 'noted');
    return next(call.with(key, 'acme'));
  };
  const perTenant = keyed(
    (call) => call.get(theirKey),
    () => theirs.retry.retry(),
  );
  const noted = [];
  const policy = compose(
    observed((call) => noted.push(...call.noted(theirKey))),
    forTenant,
    perTenant,
  );
  const tenant = await run(policy, (call) => call.get(theirKey));
  return { tenant, noted, perTenant: perTenant.size };
}

function channels(mine, theirs) {
  const heard = [];
  const stop = mine.core.circuitChannel.subscribe(({ circuit }) => heard.push(circuit));
  theirs.core.circuitChannel.publish({ circuit: 'theirs' });
  stop();
  theirs.core.circuitChannel.publish({ circuit: 'after the end' });
  return [mine.core.channel('inmesh:circuit') === theirs.core.channel('inmesh:circuit'), ...heard];
}

/** One copy's fetch through the other copy's policies. */
async function fetched(mine, theirs) {
  const server = createServer((request, response) => response.end(`to ${request.headers.host}`));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const origin = `http://127.0.0.1:${server.address().port}`;
  const registry = theirs.metrics.createRegistry();
  const chosen = [];
  const policy = mine.core.compose(
    theirs.metrics.measured(registry),
    mine.observers.observed((call) => chosen.push(...call.noted(mine.core.endpoint))),
    theirs.core.compose(theirs.retry.retry(), theirs.balancer.loadBalancer({ endpoints: [origin] })),
  );
  const body = await (await mine.fetch.wrapFetch(policy)('http://catalog.test/')).text();
  server.closeAllConnections();
  server.close();
  const [counted] = /^upstream_rq_total\{.*$/m.exec(registry.metrics()) ?? [];
  return { body, chosen: chosen.map((each) => each.origin === origin), counted: counted?.endsWith(' 1') };
}
