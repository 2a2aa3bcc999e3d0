import { circuitBreaker, failureRatio } from '@inmesh/circuit-breaker';
import { compose, endpoint, type Policy } from '@inmesh/core';
import { keyed } from '@inmesh/core/keyed';
import { wrapFetch } from '@inmesh/fetch';
import { loadBalancer } from '@inmesh/load-balancer';
import { measured, type Registry } from '@inmesh/metrics';
import { retry } from '@inmesh/retry';
import { timeout } from '@inmesh/timeout';

import type { Ask } from './plain.ts';
import { totalTimeoutMs, type Origins, type Service } from './services.ts';

/** The same through inmesh: each service has its stack of policies, and its name is the host. */
export function meshFetch(origins: Origins, registry: Registry, onSending: () => void): Ask {
  const counted: Policy = (next) => (call) => {
    onSending();
    return next(call);
  };
  const stack = (service: Service) =>
    compose(
      measured(registry), // all there is to see on /metrics
      timeout(totalTimeoutMs), // all of the call, its body too
      retry({ attempts: 3 }), // each attempt goes to another backend
      loadBalancer({ name: service, endpoints: origins[service], maxEjectForMs: 1_000 }), // away from what fails every time
      circuitPerBackend, // away from what fails too often
      timeout(250, { until: 'head' }), // one attempt
      counted,
    );
  const fetches = {
    catalog: wrapFetch(stack('catalog'), { name: 'catalog' }),
    billing: wrapFetch(stack('billing'), { name: 'billing' }),
  };
  return (service, item) => fetches[service](`http://${service}/items/${item}`);
}

/** A circuit for each backend, not for the service: one that is ill must not close the others. */
const circuitPerBackend = keyed(
  (call) => call.get(endpoint)?.origin ?? '',
  (origin) => circuitBreaker({ name: origin, trip: failureRatio({ ratio: 0.25, windowMs: 2_000 }), openForMs: 1_000 }),
);
