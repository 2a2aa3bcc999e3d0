import {
  circuitChannel,
  endpointChannel,
  endpointSourceChannel,
  run,
  toEndpoint,
  type EndpointEvent,
} from '@inmesh/core';
import { describe, expect, it } from 'vitest';

import { measured } from './measured.ts';
import { createRegistry } from './registry.ts';

function setUp() {
  const registry = createRegistry();
  const policy = measured(registry);
  const lines = (name: string) =>
    registry
      .metrics()
      .split('\n')
      .filter((line) => line.startsWith(`${name}{`));
  return { registry, policy, lines };
}

describe('EventMeters', () => {
  const changed = (change: EndpointEvent['change'], origin = 'http://a:1') => {
    endpointChannel.publish({ balancer: 'users', endpoint: toEndpoint(origin), change, reason: 'test', at: 0 });
  };
  const circuit = (from: string, to: string) => {
    circuitChannel.publish({ circuit: 'users', from, to, reason: 'test', at: 0 });
  };

  it('shows how many circuits are in a state', () => {
    const { policy, lines } = setUp();
    circuit('closed', 'open'); // one circuit
    circuit('closed', 'open'); // another of the same name
    circuit('open', 'half-open');
    circuit('half-open', 'closed');
    expect(lines('circuit_breaker_state').sort()).toEqual([
      'circuit_breaker_state{circuit="users",state="closed"} 1',
      'circuit_breaker_state{circuit="users",state="half-open"} 0',
      'circuit_breaker_state{circuit="users",state="open"} 1',
    ]);
    expect(lines('circuit_breaker_transitions_total')).toContain(
      'circuit_breaker_transitions_total{circuit="users",to="open"} 2',
    );
    policy.close();
  });

  it('shows which endpoints get calls, and forgets those that went', () => {
    const { policy, lines } = setUp();
    changed('added');
    changed('added', 'http://b:2');
    changed('ejected');
    const of = (host: string, port: number) => `{balancer="users",server_address="${host}",server_port="${port}"}`;
    expect(lines('upstream_membership_healthy')).toEqual([
      `upstream_membership_healthy${of('a', 1)} 0`,
      `upstream_membership_healthy${of('b', 2)} 1`,
    ]);
    changed('returned');
    changed('removed', 'http://b:2');
    expect(lines('upstream_membership_healthy')).toEqual([`upstream_membership_healthy${of('a', 1)} 1`]);
    expect(lines('upstream_membership_change_total')).toEqual(['upstream_membership_change_total{balancer="users"} 3']);
    expect(lines('upstream_outlier_detection_ejections_enforced_total')).toEqual([
      'upstream_outlier_detection_ejections_enforced_total{balancer="users"} 1',
    ]);
    policy.close();
  });

  it('counts failures of sources', () => {
    const { policy, lines } = setUp();
    endpointSourceChannel.publish({ balancer: 'users', error: new Error('dns') });
    expect(lines('upstream_update_failure_total')).toEqual(['upstream_update_failure_total{balancer="users"} 1']);
    policy.close();
  });

  it('counts an event once in a registry that several policies share', async () => {
    const { registry, policy, lines } = setUp();
    const other = measured(registry);
    circuit('closed', 'open');
    await run(policy, () => 'one');
    await run(other, () => 'two');
    const opened = 'circuit_breaker_transitions_total{circuit="users",to="open"}';
    expect(lines('circuit_breaker_transitions_total')).toEqual([`${opened} 1`]);
    expect(lines('upstream_rq_time_seconds_count')).toEqual([
      'upstream_rq_time_seconds_count{operation="",error_type=""} 2',
    ]);
    policy.close();
    circuit('closed', 'open');
    expect(lines('circuit_breaker_transitions_total')).toEqual([`${opened} 2`]);
    other.close();
  });

  it('listens until every policy of the registry is closed, and then to nothing', () => {
    const listened = () =>
      [circuitChannel, endpointChannel, endpointSourceChannel].map(({ hasSubscribers }) => hasSubscribers);
    const { registry, policy, lines } = setUp();
    const other = measured(registry);
    policy.close();
    policy.close();
    expect(listened()).toEqual([true, true, true]);
    other.close();
    expect(listened()).toEqual([false, false, false]);
    circuit('closed', 'open');
    expect(lines('circuit_breaker_transitions_total')).toEqual([]);

    const later = measured(registry);
    expect(listened()).toEqual([true, true, true]);
    later.close();
    expect(listened()).toEqual([false, false, false]);
  });
});
