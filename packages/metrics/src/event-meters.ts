import {
  circuitChannel,
  endpointChannel,
  endpointSourceChannel,
  type CircuitEvent,
  type EndpointEvent,
} from '@inmesh/core';

import { addressOf } from './address.ts';
import type { Counter } from './counter.ts';
import type { Gauge } from './gauge.ts';
import type { Registry } from './registry.ts';

const listening = new WeakMap<Registry, EventMeters>();

/** The metrics of circuits and endpoints. Each event is counted once in a registry, however many listen for it. */
export class EventMeters {
  readonly #circuits: Gauge<'circuit' | 'state'>;
  readonly #transitions: Counter<'circuit' | 'to'>;
  readonly #healthy: Gauge<'balancer' | 'server_address' | 'server_port'>;
  readonly #changes: Counter<'balancer'>;
  readonly #ejections: Counter<'balancer'>;
  readonly #sourceFailures: Counter<'balancer'>;
  #users = 0;
  #stops: readonly (() => void)[] = [];

  /** Listens for a registry until the function it gives was called as often as this. */
  static listen(registry: Registry): () => void {
    let meters = listening.get(registry);
    if (meters === undefined) listening.set(registry, (meters = new EventMeters(registry)));
    const shared = meters;
    if (shared.#users++ === 0) shared.#subscribe();
    let closed = false;
    return () => {
      if (closed) return;
      closed = true;
      if (--shared.#users === 0) for (const stop of shared.#stops) stop();
    };
  }

  constructor(registry: Registry) {
    this.#circuits = registry.gauge({
      name: 'circuit_breaker_state',
      help: 'How many circuits of a name are in a state. Those that never changed it are not counted.',
      labelNames: ['circuit', 'state'],
    });
    this.#transitions = registry.counter({
      name: 'circuit_breaker_transitions_total',
      help: 'How often circuits changed to a state.',
      labelNames: ['circuit', 'to'],
    });
    this.#healthy = registry.gauge({
      name: 'upstream_membership_healthy',
      help: 'Endpoints of a balancer: 1 if they get calls, 0 while they are ejected.',
      labelNames: ['balancer', 'server_address', 'server_port'],
    });
    this.#changes = registry.counter({
      name: 'upstream_membership_change_total',
      help: 'How often endpoints came or went.',
      labelNames: ['balancer'],
    });
    this.#ejections = registry.counter({
      name: 'upstream_outlier_detection_ejections_enforced_total',
      help: 'How often endpoints were ejected.',
      labelNames: ['balancer'],
    });
    this.#sourceFailures = registry.counter({
      name: 'upstream_update_failure_total',
      help: 'How often a source of endpoints failed.',
      labelNames: ['balancer'],
    });
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
        this.#sourceFailures.labels(balancer).inc();
      }),
    ];
  }

  #circuitChanged({ circuit, from, to }: CircuitEvent): void {
    const left = this.#circuits.labels(circuit, from);
    if (left.value > 0) left.dec(); // else it came into that state unseen
    this.#circuits.labels(circuit, to).inc();
    this.#transitions.labels(circuit, to).inc();
  }

  #endpointChanged({ balancer, endpoint, change }: EndpointEvent): void {
    const { host, port } = addressOf(endpoint);
    if (change === 'removed') this.#healthy.remove(balancer, host, port);
    else this.#healthy.labels(balancer, host, port).set(change === 'ejected' ? 0 : 1);
    if (change === 'ejected') this.#ejections.labels(balancer).inc();
    if (change === 'added' || change === 'removed') this.#changes.labels(balancer).inc();
  }
}
