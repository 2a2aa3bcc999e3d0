import { circuitBreaker, consecutiveFailures, type CircuitBreaker } from '@inmesh/circuit-breaker';
import { compose, endpoint, type Clock, type EndpointSource, type Policy, type Random } from '@inmesh/core';
import { exponential } from '@inmesh/core/backoff';
import { keyed, type Keyed } from '@inmesh/core/keyed';
import { loadBalancer, type LoadBalancer } from '@inmesh/load-balancer';
import { createRegistry, measured, type Registry } from '@inmesh/metrics';
import { tokenBucket, type TokenBucket } from '@inmesh/rate-limiter';
import { retry } from '@inmesh/retry';
import { timeout } from '@inmesh/timeout';

/** How much it lets through, and how long. */
export interface Limits {
  readonly totalMs: number;
  readonly attemptMs: number;
  readonly attempts: number;
  readonly ratePerSecond: number;
  readonly burst: number;
  readonly maxQueue: number;
  readonly maxTenants: number;
  /** Of each metric. Fewer than there could be: a histogram of all would still open rare ones after ten million calls. */
  readonly maxSeries: number;
}

/** Everything there is around a call, and what each part counts. */
export interface WholeStack {
  readonly policy: Policy;
  readonly registry: Registry;
  /** By the name of the call. */
  readonly tenants: Keyed<string, CircuitBreaker>;
  readonly bucket: TokenBucket;
  readonly balancer: LoadBalancer;
  readonly perEndpoint: Keyed<string, CircuitBreaker>;
  close(): void;
}

export function wholeStack(
  endpoints: EndpointSource,
  { totalMs, attemptMs, attempts, maxTenants, maxSeries, ...rates }: Limits,
  clock: Clock,
  random: Random,
): WholeStack {
  const registry = createRegistry({ clock, maxSeries });
  const meters = measured(registry, { clock });
  const tenants = keyed(
    (call) => call.name,
    (name) => circuitBreaker({ name, clock, openForMs: 300 }),
    { maxKeys: maxTenants },
  );
  const bucket = tokenBucket({ ...rates, maxWaitMs: 100, clock });
  const balancer = loadBalancer({ endpoints, clock, random });
  const perEndpoint = keyed(
    (call) => call.get(endpoint)?.origin ?? '',
    (name) => circuitBreaker({ name, clock, openForMs: 200, trip: consecutiveFailures(8) }),
    { maxKeys: 12 },
  );
  const policy = compose(
    meters,
    timeout(totalMs, { clock }),
    tenants,
    retry({ attempts, backoff: exponential({ baseMs: 5, maxMs: 50 }), maxRetryAfterMs: 50, clock, random }),
    bucket,
    balancer,
    perEndpoint,
    timeout(attemptMs, { until: 'head', clock }),
  );
  const close = (): void => {
    balancer.close();
    meters.close();
  };
  return { policy, registry, tenants, bucket, balancer, perEndpoint, close };
}

/** What the parts of the stack count as not over, by what they are called. */
export function countsOf({ registry, bucket, balancer }: WholeStack): Readonly<Record<string, number>> {
  return {
    'calls in flight by the meters': gauge(registry, 'http_client_active_requests'),
    'calls waiting in the bucket': bucket.waiting,
    'calls in flight by the balancer': balancer.endpoints.reduce((sum, { inFlight }) => sum + inFlight, 0),
  };
}

/** The probes that are out, of the breakers behind these keys. */
export function probesOf(breakers: Keyed<string, CircuitBreaker>, keys: Iterable<string>): number {
  let sum = 0;
  for (const key of keys) sum += breakers.get(key)?.counts.probes ?? 0;
  return sum;
}

/** The sum of a metric's series, as Prometheus would read them. */
function gauge(registry: Registry, name: string): number {
  const lines = registry.metrics().split('\n');
  const series = lines.filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  return series.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}
