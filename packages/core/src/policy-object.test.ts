import { describe, expect, it } from 'vitest';

import { Call } from './call.ts';
import { compose, type Policy } from './handler.ts';
import { PolicyObject } from './policy-object.ts';

class Counted extends PolicyObject {
  readonly step: number;
  #calls = 0;

  constructor(step: number) {
    super((next) => (call) => {
      this.#calls += step;
      return next(call);
    });
    this.step = step;
  }

  get calls(): number {
    return this.#calls;
  }

  restart(): void {
    this.#calls = 0;
  }
}

describe('PolicyObject', () => {
  it('makes policies with the members and the state of a class', async () => {
    const ones = new Counted(1);
    const tens: Policy & { readonly calls: number } = new Counted(10);
    const handler = compose(ones, tens)(async () => 'done');

    expect(await handler(Call.start(undefined))).toBe('done');
    expect(await handler(Call.start(undefined))).toBe('done');
    expect([ones.calls, tens.calls]).toEqual([2, 20]);
    ones.restart();
    expect([ones.calls, tens.calls, ones.step]).toEqual([0, 20, 1]);
  });

  it('makes functions of the class, which have no members of their own but its fields', () => {
    const counted = new Counted(1);

    expect(typeof counted).toBe('function');
    expect(counted).toBeInstanceOf(Counted);
    expect(counted).toBeInstanceOf(Function);
    expect(Object.keys(counted)).toEqual(['step']);
  });
});
