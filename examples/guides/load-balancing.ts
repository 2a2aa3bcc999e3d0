// Balancers that help, and balancers that do not.
import { circuitBreaker } from '@inmesh/circuit-breaker';
import { compose, endpoint, Key, run, wrap, type CallView, type EndpointSource } from '@inmesh/core';
import { keyed } from '@inmesh/core/keyed';
import { leastLoaded, loadBalancer, peakEwma, roundRobin, type Algorithm } from '@inmesh/load-balancer';
import { retry } from '@inmesh/retry';
import { timeout } from '@inmesh/timeout';

const endpoints = ['http://10.0.0.1:8080', 'http://10.0.0.2:8080', 'http://10.0.0.3:8080'];
const originOf = (call: CallView) => call.get(endpoint)?.origin ?? 'nowhere';

// #region usage
const catalog = loadBalancer({ endpoints, name: 'catalog' }); // once for each service, never for each call
const policy = compose(timeout(2_000), retry(), catalog, timeout(500, { until: 'head' }));
// #endregion
console.log(endpoints.includes(await wrap(policy, async (call) => originOf(call))()));

const tried = new Set<string>();
let sick: string | undefined;
async function firstIsSick(call: CallView): Promise<string> {
  const origin = originOf(call);
  sick ??= origin; // whichever is asked first
  tried.add(origin);
  if (origin === sick) throw new Error('connection reset');
  return 'answered';
}

// #region order
const outside = compose(loadBalancer({ endpoints }), retry()); // ❌ one choice for all attempts
const inside = compose(retry(), loadBalancer({ endpoints })); // ✅ another endpoint for each
// #endregion
for (const [mark, each] of [['❌', outside] as const, ['✅', inside] as const]) {
  tried.clear();
  sick = undefined;
  const outcome = await wrap(each, firstIsSick)().catch((error: Error) => error.message);
  console.log(`${mark} ${outcome}, endpoints tried: ${tried.size}`);
}

/** How many of 90 calls get stuck where one endpoint of three hangs. */
async function stuck(algorithm: Algorithm): Promise<number> {
  const hung: (() => void)[] = [];
  const ask = wrap(loadBalancer({ endpoints, algorithm }), async (call) => {
    if (originOf(call) === endpoints[0]) await new Promise<void>((resolve) => hung.push(resolve));
  });
  const calls: Promise<void>[] = [];
  for (let n = 0; n < 90; n++) {
    calls.push(ask());
    await new Promise(setImmediate); // the others answer meanwhile
  }
  for (const resolve of hung) resolve();
  await Promise.all(calls);
  return hung.length;
}

// #region algorithm
const blind = roundRobin(); // ❌ knows nothing of what hangs or is slow
const sighted = peakEwma(); // ✅ the default
const modest = leastLoaded(); // ✅ where calls differ more than endpoints do
// #endregion
console.log(`❌ in turn: ${await stuck(blind)} of 90 calls hang`);
console.log(`✅ peak EWMA: ${await stuck(sighted)} of 90 calls hang`);
console.log(`✅ least loaded: ${(await stuck(modest)) < 10 ? 'fewer than 10' : 'many'} of 90 calls hang`);

let lookUps = 0;
async function lookUp(): Promise<readonly string[]> {
  if (++lookUps % 3 === 2) throw new Error('the registry does not answer');
  return endpoints.slice(0, lookUps);
}
const pause = () => new Promise((resolve) => setTimeout(resolve, 1));

// #region source
async function* fragile(): EndpointSource {
  for (;;) {
    yield await lookUp(); // ❌ the first error ends the generator for good
    await pause();
  }
}

async function* lasting(): EndpointSource {
  for (;;) {
    const list = await lookUp().catch(() => undefined); // ✅ the last good list stays in force meanwhile
    if (list !== undefined) yield list;
    await pause();
  }
}
// #endregion
for (const [mark, source] of [['❌', fragile()] as const, ['✅', lasting()] as const]) {
  lookUps = 0;
  const balancer = loadBalancer({ endpoints: source });
  for (let n = 0; n < 20; n++) await pause();
  console.log(`${mark} ${balancer.endpoints.length} of 3 endpoints known`);
  balancer.close();
}

// #region per-endpoint
const perEndpoint = keyed(
  (call) => call.get(endpoint)?.origin ?? '',
  (origin) => circuitBreaker({ name: origin }),
);
/** ✅ What is refused for one endpoint is offered to two others, before it counts as an attempt. */
const guarded = compose(retry(), loadBalancer({ endpoints }), perEndpoint, timeout(500, { until: 'head' }));
// #endregion
let failed = 0;
const ask = wrap(guarded, async (call) => {
  if (originOf(call) === endpoints[0]) throw new Error('connection reset');
});
for (let n = 0; n < 300; n++) await ask().catch(() => failed++);
console.log(`✅ one endpoint of three is broken: ${failed} of 300 calls failed`);

const tenant = new Key<string>('acme:tenant', 'nobody');
const watched = new Set<string>();
async function* watch(name: string): EndpointSource {
  watched.add(name);
  try {
    for (;;) {
      yield endpoints;
      await pause();
    }
  } finally {
    watched.delete(name);
  }
}

// #region per-tenant
const perTenant = keyed(
  (call) => call.get(tenant),
  (name) => loadBalancer({ endpoints: watch(name), name }),
  { maxKeys: 2, forgotten: (balancer) => balancer.close() }, // ❌ without it every source is read for ever
);
// #endregion
const tenants = ['acme', 'bolt', 'cargo', 'delta', 'earth'];
for (const name of tenants) {
  const asTenant = compose((next) => (call) => next(call.with(tenant, name)), perTenant);
  await run(asTenant, async (call) => originOf(call));
}
for (let n = 0; n < 5; n++) await pause(); // sources end at their next step
console.log(`✅ 5 tenants came: ${[...watched].join(' and ')} are watched`);
for (const name of tenants) perTenant.get(name)?.close();

// Output:
// true
// ❌ connection reset, endpoints tried: 1
// ✅ answered, endpoints tried: 2
// ❌ in turn: 30 of 90 calls hang
// ✅ peak EWMA: 1 of 90 calls hang
// ✅ least loaded: fewer than 10 of 90 calls hang
// ❌ 1 of 3 endpoints known
// ✅ 3 of 3 endpoints known
// ✅ one endpoint of three is broken: 0 of 300 calls failed
// ✅ 5 tenants came: delta and earth are watched
