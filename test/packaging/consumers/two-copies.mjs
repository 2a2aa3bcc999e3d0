// Loads every package twice, as an ES module and as CommonJS, and lets the copies meet in one process.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const names = ['core', 'timeout', 'retry', 'circuit-breaker', 'rate-limiter', 'load-balancer', 'metrics', 'fetch'];
const modules = {};
const scripts = {};
for (const name of names) {
  modules[name] = await import(`@inmesh/${name}`);
  scripts[name] = require(`@inmesh/${name}`);
}

const server = createServer((request, response) => response.end(`to ${request.headers.host}`));
await once(server.listen(0, '127.0.0.1'), 'listening');
const origin = `http://127.0.0.1:${server.address().port}`;

const failed = (promise) =>
  promise.then(
    () => 'it went well',
    (error) => error,
  );

/** What a user of one copy sees of things that the other copy made. */
async function meet(mine, theirs) {
  const { Key, channel, circuitChannel, compose, endpoint, isError, keyed, observed, run, wrap } = mine.core;

  const timedOut = await failed(run(theirs.timeout.timeout(1), () => new Promise(() => {})));
  const limited = wrap(theirs['rate-limiter'].tokenBucket({ ratePerSecond: 0.001, burst: 1 }), () => 'sent');
  await limited();
  const unplaced = await failed(run(theirs['load-balancer'].loadBalancer({ endpoints: [] }), () => 'sent'));

  const changes = [];
  const stop = circuitChannel.subscribe(({ to }) => changes.push(to));
  const trip = theirs['circuit-breaker'].consecutiveFailures(1);
  const breaker = theirs['circuit-breaker'].circuitBreaker({ trip });
  const guarded = wrap(breaker, () => Promise.reject(new Error('down')));
  const sent = await failed(guarded());
  const refused = await failed(guarded());
  stop();

  const theirKey = new theirs.core.Key('acme:tenant', 'nobody');
  const forTenant = (next) => (call) => next(call.with(new Key('acme:tenant', 'nobody'), 'acme'));
  const perTenant = keyed(
    (call) => call.get(theirKey),
    () => theirs.retry.retry(),
  );
  const tenant = await run(compose(forTenant, perTenant), (call) => call.get(theirKey));

  const balancer = theirs['load-balancer'].loadBalancer({ endpoints: [origin] });
  const registry = theirs.metrics.createRegistry();
  const metrics = theirs.metrics.measured(registry);
  const chosen = [];
  const seen = observed((call) => chosen.push(...call.noted(endpoint)));
  const api = mine.fetch.wrapFetch(compose(metrics, seen, theirs.core.compose(theirs.retry.retry(), balancer)));
  const body = await (await api('http://catalog.test/')).text();
  const [counted] = /^upstream_rq_total\{.*$/m.exec(registry.metrics()) ?? [];

  return {
    instances: [timedOut instanceof mine.timeout.TimeoutError, timedOut instanceof theirs.timeout.TimeoutError],
    isError: [
      isError(timedOut, mine.timeout.TimeoutError),
      isError(timedOut, theirs.timeout.TimeoutError),
      isError(timedOut, mine.core.RejectedError),
      isError(await failed(limited()), mine['rate-limiter'].RateLimitedError),
      isError(unplaced, mine['load-balancer'].NoEndpointError),
      isError(new Error('wrapped', { cause: unplaced }), mine.core.RejectedError),
    ],
    circuit: [sent.message, isError(refused, mine['circuit-breaker'].CircuitOpenError), breaker.state, ...changes],
    channel: channel('inmesh:circuit') === theirs.core.channel('inmesh:circuit'),
    tenant,
    perTenant: perTenant.size,
    body,
    chosen: chosen.map((each) => each.origin === origin),
    counted: counted?.endsWith(' 1'),
  };
}

console.log(JSON.stringify([await meet(modules, scripts), await meet(scripts, modules)]));
server.close();
