import { circuitChannel, run } from '@inmesh/core';
import { describe, expect, it } from 'vitest';

import { measured, type MeasuredOptions } from './measured.ts';
import { createRegistry } from './registry.ts';

function setUp(options: MeasuredOptions = {}) {
  const registry = createRegistry();
  const policy = measured(registry, options);
  const lines = (name: string) =>
    registry
      .metrics()
      .split('\n')
      .filter((line) => line.startsWith(`${name}{`));
  return { registry, policy, lines };
}

describe('measured in a registry', () => {
  it('names metrics of calls as it is told, in the buckets it is told', async () => {
    const { policy, registry } = setUp({ prefix: 'db_client', buckets: [1] });
    await run(policy, () => 'row');
    expect(registry.metrics()).toContain('db_client_request_duration_seconds_bucket{operation=""');
    expect(registry.metrics()).not.toContain('http_client');
    expect(
      registry
        .metrics()
        .match(/le="[^"]+"/g)
        ?.slice(0, 2),
    ).toEqual(['le="1"', 'le="+Inf"']);
    policy.close();
  });

  it('has buckets of its own for each prefix, beside metrics that all share', async () => {
    const { policy, registry, lines } = setUp();
    const ofDatabase = measured(registry, { prefix: 'db_client', buckets: [1] });
    await run(policy, () => 'page');
    await run(ofDatabase, () => 'row');
    expect(lines('db_client_request_duration_seconds_bucket')).toHaveLength(2);
    expect(lines('http_client_request_duration_seconds_bucket')).toHaveLength(15);
    expect(lines('upstream_rq_time_seconds_count')).toEqual([
      'upstream_rq_time_seconds_count{operation="",error_type=""} 2',
    ]);
    policy.close();
    ofDatabase.close();
  });

  it.each([
    { name: 'db_client_request_duration_seconds', error: 'a histogram with other buckets', taken: 'by policy' },
    { name: 'upstream_rq_cancelled_total', error: 'a gauge, no counter', taken: 'by gauge' },
    { name: 'upstream_update_failure_total', error: 'a gauge, no counter', taken: 'by gauge' },
  ])('leaves a registry as it was if $name is taken', ({ name, error, taken }) => {
    const registry = createRegistry();
    if (taken === 'by gauge') registry.gauge({ name, help: 'Of somebody else.' });
    else measured(registry, { prefix: 'db_client', buckets: [1] }).close();
    const before = registry.metrics();
    expect(() => measured(registry, { prefix: 'db_client', buckets: [2] })).toThrow(
      new RangeError(`name must be new: ${name} is ${error}`),
    );
    expect(registry.metrics()).toBe(before);
    expect(circuitChannel.hasSubscribers).toBe(false);
    registry.remove(name);
    measured(registry, { prefix: 'db_client', buckets: [2] }).close();
  });

  it('makes again what the registry lost', () => {
    const registry = createRegistry();
    const outer = () => {
      measured(registry).close();
      throw new Error('made for nothing');
    };
    expect(() => registry.together(outer)).toThrow('made for nothing');
    expect(registry.metrics()).toBe('');
    const policy = measured(registry);
    const subject = { state: 'open' };
    circuitChannel.publish({
      circuit: 'users',
      subject,
      mode: 'automatic',
      from: 'closed',
      to: 'open',
      reason: 'test',
      at: 0,
    });
    const shown = /^circuit_breaker_(?:state|transitions_total)\{circuit="users",.*"open"\} 1$/gm;
    expect(registry.metrics().match(shown)).toHaveLength(2);

    registry.remove('circuit_breaker_state');
    measured(registry).close();
    expect(registry.metrics().match(shown)).toHaveLength(2);
    policy.close();
  });

  it.each([
    { registry: undefined, options: {}, error: 'registry must come from createRegistry, got undefined' },
    { registry: {}, options: {}, error: 'registry must come from createRegistry, got an object' },
    { registry: createRegistry(), options: { prefix: 'a-b' }, error: 'prefix must be letters' },
    { registry: createRegistry(), options: { buckets: [2, 1] }, error: 'buckets must grow, got 1 after 2' },
    { registry: createRegistry(), options: { judge: 1 }, error: 'judge must be' },
    { registry: createRegistry(), options: { clock: {} }, error: 'clock must be a clock' },
    { registry: createRegistry(), options: { prefixx: '' }, error: 'unknown option: prefixx' },
  ])('refuses $registry with $options', ({ registry, options, error }) => {
    expect(() => measured(registry as never, options as never)).toThrow(error);
    expect(circuitChannel.hasSubscribers).toBe(false);
  });
});
