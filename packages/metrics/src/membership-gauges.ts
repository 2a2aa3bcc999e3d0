import type { EndpointEvent } from '@inmesh/core';

import { addressOf } from './address.ts';
import type { GaugeOptions } from './gauge.ts';
import type { Living } from './living.ts';
import type { Registry } from './registry.ts';

type Balancers = Living<EndpointEvent['subject']>;

/** Shows the endpoints of balancers in a registry: each balancer is asked for its own whenever the text is made. */
export function membershipGauges(balancers: Balancers): (registry: Registry) => void {
  const healthy = endpointsGauge(balancers, {
    name: 'upstream_membership_healthy',
    help: 'How many endpoints of a balancer have this address and are not ejected.',
    counts: (state) => state !== 'ejected',
  });
  const ejected = endpointsGauge(balancers, {
    name: 'upstream_outlier_detection_ejections_active',
    help: 'How many endpoints of a balancer have this address and are ejected.',
    counts: (state) => state === 'ejected',
  });
  const panic = panicGauge(balancers);
  return (registry) => {
    registry.gauge(healthy);
    registry.gauge(ejected);
    registry.gauge(panic);
  };
}

function panicGauge(balancers: Balancers): GaugeOptions<'balancer'> {
  return {
    name: 'upstream_lb_panic',
    help: 'How many balancers of a name send to ejected endpoints too, for so many are ejected.',
    labelNames: ['balancer'],
    collect(gauge) {
      gauge.clear();
      balancers.forEach(({ panic }, balancer) => {
        gauge.inc({ balancer }, panic ? 1 : 0);
      });
    },
  };
}

interface Shown {
  readonly name: string;
  readonly help: string;
  readonly counts: (state: string) => boolean;
}

function endpointsGauge(
  balancers: Balancers,
  { name, help, counts }: Shown,
): GaugeOptions<'balancer' | 'server_address' | 'server_port'> {
  return {
    name,
    help,
    labelNames: ['balancer', 'server_address', 'server_port'],
    collect(gauge) {
      gauge.clear();
      balancers.forEach(({ endpoints }, balancer) => {
        for (const { endpoint, state } of endpoints) {
          const { host, port } = addressOf(endpoint);
          gauge.inc({ balancer, server_address: host, server_port: port }, counts(state) ? 1 : 0);
        }
      });
    },
  };
}
