import { circuitChannel, isError, wrap } from '@inmesh/core';
import { virtualClock } from '@inmesh/core/testing';
import { describe, expect, it, onTestFinished } from 'vitest';

import { CircuitOpenError } from '../error.ts';
import { slices } from '../slices.ts';

describe('OpenSlices', () => {
  it('counts each refusal once, also if who hears of a change asks what is open', async () => {
    const policy = slices({
      attributes: { shard: (call) => (call.input as [number])[0] },
      clock: virtualClock(),
      random: () => 0.5,
    });
    const lists: number[] = [];
    onTestFinished(circuitChannel.subscribe(() => lists.push(policy.open.length)));
    let refused = 0;
    let dead: readonly number[] = [2];
    const send = wrap(policy, async (_call, shard: number) => {
      if (dead.includes(shard)) throw new Error('down');
    });
    const sendAll = async () => {
      for (let round = 0; round < 200; round++)
        for (const shard of [0, 1, 2])
          await send(shard).catch((error: unknown) => (refused += isError(error, CircuitOpenError) ? 1 : 0));
    };
    await sendAll();
    dead = [0, 1, 2];
    await sendAll();
    expect(policy.open.map(({ attributes }) => attributes)).toEqual([{}]);
    expect(lists.length).toBeGreaterThan(2);
    expect(policy.counts.refused).toBe(refused);
  });
});
