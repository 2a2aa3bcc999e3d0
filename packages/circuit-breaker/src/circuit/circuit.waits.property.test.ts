import { FAILURE, IGNORABLE, SUCCESS, type Verdict } from '@inmesh/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Circuit, type CircuitRules } from './circuit.ts';
import { consecutiveFailures } from '../detectors/consecutive-failures.ts';
import type { Admission } from './leases.ts';
import { probes } from './recovery.ts';

const OPEN_FOR_MS = 300;
const LEASE_MS = 200;

type Command =
  | { readonly act: 'call' }
  | { readonly act: 'settle'; readonly which: number; readonly verdict: Verdict }
  | { readonly act: 'wait'; readonly ms: number };

const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Command>({ act: 'call' }) },
  {
    weight: 4,
    arbitrary: fc.record({
      act: fc.constant('settle'),
      which: fc.nat(50),
      verdict: fc.constantFrom(SUCCESS, FAILURE, IGNORABLE),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ act: fc.constant('wait'), ms: fc.oneof(fc.nat(40), fc.constantFrom(200, 300)) }),
  },
);

describe('Circuit', () => {
  it('says truly how long until it lets a call through', () => {
    const waits = new Set<string>();
    fc.assert(
      fc.property(fc.constantFrom(1, 2, 3), fc.array(command, { maxLength: 60, size: 'max' }), (calls, commands) => {
        const rules: CircuitRules = {
          detectors: [consecutiveFailures(1)],
          openForMs: OPEN_FOR_MS,
          recovery: probes({ calls }),
          leaseMs: LEASE_MS,
          countPushback: false,
          random: () => 0,
        };
        const circuit = new Circuit(rules, { changed: () => {} });
        const inFlight: Admission[] = [];
        let now = 0;
        for (const step of commands) {
          if (step.act === 'wait') now += step.ms;
          if (step.act === 'settle') {
            const admission = inFlight.splice(step.which % Math.max(1, inFlight.length), 1)[0];
            if (admission !== undefined) circuit.settle(admission, step.verdict, now);
          }
          if (step.act === 'call') {
            const state = circuit.state(now);
            const waitMs = circuit.retryAfterMs(now);
            waits.add(`${state} ${waitMs > 0 ? 'refuses' : 'admits'}`);
            if (waitMs > 0) expect(circuit.admit(now + waitMs - 1)).toBeUndefined();
            now += waitMs;
            const admission = circuit.admit(now);
            expect(admission).toBeDefined();
            if (admission !== undefined) inFlight.push(admission);
          }
        }
      }),
      { numRuns: 200 },
    );
    expect(waits).toEqual(new Set(['closed admits', 'open refuses', 'half-open admits', 'half-open refuses']));
  });
});
