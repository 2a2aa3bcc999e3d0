import type { CircuitEvent } from '@inmesh/core';

import type { GaugeOptions } from './gauge.ts';
import type { Living } from './living.ts';
import type { Registry } from './registry.ts';

const STATES: readonly string[] = ['closed', 'open', 'half-open'];

/** Shows the states of circuits in a registry: each is asked for its own whenever the text is made. */
export function circuitGauge(circuits: Living<CircuitEvent['subject']>): (registry: Registry) => void {
  const options: GaugeOptions<'circuit' | 'state'> = {
    name: 'circuit_breaker_state',
    help: 'How many circuits of a name are in a state. Those that never changed it are not counted.',
    labelNames: ['circuit', 'state'],
    collect(gauge) {
      gauge.clear();
      circuits.forEach(({ state: current }, circuit) => {
        for (const state of STATES) gauge.inc({ circuit, state }, state === current ? 1 : 0);
        if (!STATES.includes(current)) gauge.inc({ circuit, state: current }); // a breaker of somebody else
      });
    },
  };
  return (registry) => void registry.gauge(options);
}
