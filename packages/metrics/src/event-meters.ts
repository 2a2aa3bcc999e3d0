import {
  circuitChannel,
  endpointChannel,
  endpointSourceChannel,
  type CircuitEvent,
  type EndpointEvent,
} from '@inmesh/core';

import { circuitGauge } from './circuit-gauge.ts';
import type { Counter } from './counter.ts';
import { Living } from './living.ts';
import { membershipGauges } from './membership-gauges.ts';
import type { Registry } from './registry.ts';

const LISTENING = Symbol.for('inmesh.metrics.listening');

/** The meters of each registry, in a place that all copies of this package share. */
function listening(): WeakMap<Registry, EventMeters> {
  const scope = globalThis as { [LISTENING]?: WeakMap<Registry, EventMeters> };
  return (scope[LISTENING] ??= new WeakMap());
}

/** The metrics of circuits and endpoints. Each event is counted once in a registry, however many listen for it. */
export class EventMeters {
  readonly #circuits = new Living<CircuitEvent['subject']>();
  readonly #balancers = new Living<EndpointEvent['subject']>();
  readonly #gauges = [circuitGauge(this.#circuits), membershipGauges(this.#balancers)];
  #counters: EventCounters;
  #users = 0;
  #stops: readonly (() => void)[] = [];

  /** Those of a registry, which has them all afterwards: whoever removed one, or failed to make it, may ask again. */
  static of(registry: Registry): EventMeters {
    let meters = listening().get(registry);
    if (meters === undefined) listening().set(registry, (meters = new EventMeters(registry)));
    else meters.show(registry);
    return meters;
  }

  constructor(registry: Registry) {
    this.#counters = this.show(registry);
  }

  /** Makes what the registry lacks. By a public name, since another installed copy may call it. */
  show(registry: Registry): EventCounters {
    for (const gauge of this.#gauges) gauge(registry);
    return (this.#counters = countersIn(registry));
  }

  /** Listens until the function it gives was called as often as this. */
  listen(): () => void {
    if (this.#users++ === 0) this.#subscribe();
    let closed = false;
    return () => {
      if (closed) return;
      closed = true;
      if (--this.#users === 0) for (const stop of this.#stops) stop();
    };
  }

  #subscribe(): void {
    this.#stops = [
      circuitChannel.subscribe((event) => {
        this.#circuitChanged(event);
      }),
      endpointChannel.subscribe((event) => {
        this.#endpointChanged(event);
      }),
      endpointSourceChannel.subscribe(({ balancer }) => {
        this.#counters.sourceFailures.labels(balancer).inc();
      }),
    ];
  }

  #circuitChanged({ circuit, subject, to }: CircuitEvent): void {
    this.#counters.transitions.labels(circuit, to).inc();
    this.#circuits.add(subject, circuit);
  }

  #endpointChanged({ balancer, subject, change }: EndpointEvent): void {
    if (change === 'ejected') this.#counters.ejections.labels(balancer).inc();
    if (change === 'added' || change === 'removed') this.#counters.changes.labels(balancer).inc();
    this.#balancers.add(subject, balancer);
  }
}

interface EventCounters {
  readonly transitions: Counter<'circuit' | 'to'>;
  readonly changes: Counter<'balancer'>;
  readonly ejections: Counter<'balancer'>;
  readonly sourceFailures: Counter<'balancer'>;
}

function countersIn(registry: Registry): EventCounters {
  return {
    transitions: registry.counter({
      name: 'circuit_breaker_transitions_total',
      help: 'How often circuits changed to a state.',
      labelNames: ['circuit', 'to'],
    }),
    changes: registry.counter({
      name: 'upstream_membership_change_total',
      help: 'How often endpoints came or went.',
      labelNames: ['balancer'],
    }),
    ejections: registry.counter({
      name: 'upstream_outlier_detection_ejections_enforced_total',
      help: 'How often endpoints were ejected.',
      labelNames: ['balancer'],
    }),
    sourceFailures: registry.counter({
      name: 'upstream_update_failure_total',
      help: 'How often a source of endpoints failed.',
      labelNames: ['balancer'],
    }),
  };
}
