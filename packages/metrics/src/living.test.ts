import { listenerChannel } from '@inmesh/core';
import { describe, expect, it } from 'vitest';

import { Living } from './living.ts';

interface Named {
  readonly id: number;
}

function seen(living: Living<Named>): [string, number][] {
  const all: [string, number][] = [];
  living.forEach(({ id }, name) => all.push([name, id]));
  return all;
}

/** Adds ten thousand, and gives those ten that somebody else holds. */
function fill(living: Living<Named>): readonly Named[] {
  const kept: Named[] = [];
  for (let id = 0; id < 10_000; id++) {
    const named = { id };
    living.add(named, `key ${id}`);
    if (id % 1_000 === 0) kept.push(named);
  }
  return kept;
}

/** Lets the engine collect, and tell what it collected. */
async function collect(): Promise<void> {
  for (let time = 0; time < 3; time++) {
    await new Promise((resolve) => setImmediate(resolve));
    globalThis.gc?.();
  }
}

describe('Living', () => {
  it('visits each once, in the order they came, also those of one name', () => {
    const living = new Living<Named>();
    const [one, two] = [{ id: 1 }, { id: 2 }];
    for (const each of [one, two, one]) living.add(each, 'users');
    expect(seen(living)).toEqual([
      ['users', 1],
      ['users', 2],
    ]);
    expect([one.id, two.id]).toEqual([1, 2]);
  });

  it('keeps nothing alive', async () => {
    const living = new Living<Named>();
    const kept = fill(living);
    await collect();
    expect(seen(living).map(([, id]) => id)).toEqual(kept.map(({ id }) => id));
  });

  it('visits the others when a visit throws', () => {
    const living = new Living<Named>();
    const heard: unknown[] = [];
    const stop = listenerChannel.subscribe(({ error }) => heard.push(error));
    const all = [{ id: 1 }, { id: 2 }];
    for (const each of all) living.add(each, 'users');
    const visited: number[] = [];
    const no = new Error('no');
    living.forEach(({ id }) => {
      if (id === 1) throw no;
      visited.push(id);
    });
    stop();
    expect([visited, heard]).toEqual([[2], [no]]);
    expect(all).toHaveLength(2);
  });
});
