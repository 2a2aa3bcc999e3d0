import {
  circuitChannel,
  endpointChannel,
  endpointSourceChannel,
  run,
  type Endpoint,
  type EndpointEvent,
} from '@inmesh/core';
import { toEndpoint } from '@inmesh/core/endpoints';
import { describe, expect, it } from 'vitest';

import { EventMeters } from './event-meters.ts';
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

/** A breaker of this name that goes through these states. */
function circuit(name: string, ...states: string[]) {
  const subject = { state: 'closed' };
  for (const to of states) {
    const from = subject.state;
    subject.state = to;
    circuitChannel.publish({ circuit: name, subject, mode: 'automatic', from, to, reason: 'test', at: 0 });
  }
  return subject;
}

/** A balancer of this name over these origins. */
function balancer(name: string, ...origins: string[]) {
  const endpoints = origins.map((origin) => ({ endpoint: toEndpoint(origin), state: 'healthy' }));
  const subject = { endpoints, panic: false };
  const tell = (change: EndpointEvent['change'], endpoint: Endpoint) => {
    endpointChannel.publish({ balancer: name, subject, endpoint, change, reason: 'test', at: 0 });
  };
  for (const { endpoint } of endpoints) tell('added', endpoint);
  return { subject, endpoints, tell };
}

const at = (host: string, port: number) => `{balancer="users",server_address="${host}",server_port="${port}"}`;

describe('EventMeters', () => {
  it('shows how many circuits are in a state', () => {
    const { policy, lines } = setUp();
    const one = circuit('users', 'open');
    const other = circuit('users', 'open', 'half-open', 'closed');
    const shown = (closed: number, open: number, halfOpen: number) => [
      `circuit_breaker_state{circuit="users",state="closed"} ${closed}`,
      `circuit_breaker_state{circuit="users",state="open"} ${open}`,
      `circuit_breaker_state{circuit="users",state="half-open"} ${halfOpen}`,
    ];
    expect(lines('circuit_breaker_state')).toEqual(shown(1, 1, 0));
    one.state = 'half-open'; // its time was up, which nobody told
    expect(lines('circuit_breaker_state')).toEqual(shown(1, 0, 1));
    other.state = 'forced open'; // as of a breaker that is not ours
    expect(lines('circuit_breaker_state')).toEqual([
      ...shown(0, 0, 1),
      'circuit_breaker_state{circuit="users",state="forced open"} 1',
    ]);
    expect(lines('circuit_breaker_transitions_total')).toContain(
      'circuit_breaker_transitions_total{circuit="users",to="open"} 2',
    );
    policy.close();
  });

  it('shows the other circuits when one cannot tell its state', () => {
    const { policy, lines } = setUp();
    const broken = circuit('broken', 'open');
    const well = circuit('well', 'open');
    Object.defineProperty(broken, 'state', {
      get: () => {
        throw new Error('no');
      },
    });
    expect(lines('circuit_breaker_state').map((line) => /".*?"/.exec(line)?.[0])).toEqual(Array(3).fill('"well"'));
    expect(well.state).toBe('open');
    policy.close();
  });

  it('shows which endpoints are ejected, and forgets those that went', () => {
    const { policy, lines } = setUp();
    const { endpoints, tell } = balancer('users', 'http://a:1', 'http://b:2');
    const [a, b] = endpoints;
    if (a === undefined || b === undefined) throw new Error('there are two');
    a.state = 'ejected';
    tell('ejected', a.endpoint);
    expect(lines('upstream_membership_healthy')).toEqual([
      `upstream_membership_healthy${at('a', 1)} 0`,
      `upstream_membership_healthy${at('b', 2)} 1`,
    ]);
    expect(lines('upstream_outlier_detection_ejections_active')).toEqual([
      `upstream_outlier_detection_ejections_active${at('a', 1)} 1`,
      `upstream_outlier_detection_ejections_active${at('b', 2)} 0`,
    ]);
    a.state = 'returned';
    endpoints.pop();
    tell('removed', b.endpoint);
    expect(lines('upstream_membership_healthy')).toEqual([`upstream_membership_healthy${at('a', 1)} 1`]);
    expect(lines('upstream_membership_change_total')).toEqual(['upstream_membership_change_total{balancer="users"} 3']);
    expect(lines('upstream_outlier_detection_ejections_enforced_total')).toEqual([
      'upstream_outlier_detection_ejections_enforced_total{balancer="users"} 1',
    ]);
    policy.close();
  });

  it('adds up endpoints of one address, in one balancer or in several of one name', () => {
    const { policy, lines } = setUp();
    const one = balancer('users', 'http://a:1', 'http://a:1');
    const other = balancer('users', 'http://a:1', 'http://b:2');
    for (const each of [one, other]) Object.assign(each.endpoints[0] ?? {}, { state: 'ejected' });
    other.subject.panic = true;
    expect(lines('upstream_membership_healthy')).toEqual([
      `upstream_membership_healthy${at('a', 1)} 1`,
      `upstream_membership_healthy${at('b', 2)} 1`,
    ]);
    expect(lines('upstream_outlier_detection_ejections_active')).toEqual([
      `upstream_outlier_detection_ejections_active${at('a', 1)} 2`,
      `upstream_outlier_detection_ejections_active${at('b', 2)} 0`,
    ]);
    expect(lines('upstream_lb_panic')).toEqual(['upstream_lb_panic{balancer="users"} 1']);
    one.subject.panic = true;
    expect(lines('upstream_lb_panic')).toEqual(['upstream_lb_panic{balancer="users"} 2']);
    policy.close();
  });

  it('shows how things stand also after a reset', () => {
    const { registry, policy, lines } = setUp();
    const { endpoints } = balancer('users', 'http://a:1');
    const { state } = circuit('users', 'open');
    registry.reset();
    expect(lines('upstream_membership_healthy')).toEqual([`upstream_membership_healthy${at('a', 1)} 1`]);
    expect(lines('circuit_breaker_state')).toContain(`circuit_breaker_state{circuit="users",state="${state}"} 1`);
    expect(endpoints).toHaveLength(1);
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
    circuit('users', 'open');
    await run(policy, () => 'one');
    await run(other, () => 'two');
    const opened = 'circuit_breaker_transitions_total{circuit="users",to="open"}';
    expect(lines('circuit_breaker_transitions_total')).toEqual([`${opened} 1`]);
    expect(lines('upstream_rq_time_seconds_count')).toEqual([
      'upstream_rq_time_seconds_count{operation="",error_type=""} 2',
    ]);
    policy.close();
    circuit('users', 'open');
    expect(lines('circuit_breaker_transitions_total')).toEqual([`${opened} 2`]);
    other.close();
  });

  it('counts an event once where two copies of this package are installed', async () => {
    const { registry, policy, lines } = setUp();
    const copy = './event-meters.ts?second';
    const { EventMeters: Second } = (await import(copy)) as typeof import('./event-meters.ts');
    expect(Second).not.toBe(EventMeters);
    const close = registry.together(() => Second.of(registry)).listen();
    const subject = circuit('users', 'open');
    const opened = 'circuit_breaker_transitions_total{circuit="users",to="open"}';
    expect(lines('circuit_breaker_transitions_total')).toEqual([`${opened} 1`]);
    policy.close();
    circuit('users', subject.state);
    expect(lines('circuit_breaker_transitions_total')).toEqual([`${opened} 2`]);
    close();
    expect(circuitChannel.hasSubscribers).toBe(false);
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
    circuit('users', 'open');
    expect(lines('circuit_breaker_transitions_total')).toEqual([]);

    const later = measured(registry);
    expect(listened()).toEqual([true, true, true]);
    later.close();
    expect(listened()).toEqual([false, false, false]);
  });
});
