import { describe, expect, it, onTestFinished } from 'vitest';

import { systemClock, systemRandom } from './clock.ts';

/** Puts something in the place of what the platform has, until the test ends. */
function put(name: string, value: unknown): void {
  const before = Object.getOwnPropertyDescriptor(globalThis, name);
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  onTestFinished(() => {
    Reflect.deleteProperty(globalThis, name);
    if (before !== undefined) Object.defineProperty(globalThis, name, before);
  });
}

describe('systemClock', () => {
  it('tells monotonic time and the time of day', () => {
    const before = systemClock.now();

    expect(systemClock.now()).toBeGreaterThanOrEqual(before);
    expect(Math.abs(systemClock.wall() - Date.now())).toBeLessThan(10_000);
  });

  it('never rings early', async () => {
    const rings = Array.from({ length: 50 }, (_, n) => {
      const ms = 1 + n * 0.37;
      const dueAt = systemClock.now() + ms;
      return new Promise<number>((resolve) => {
        systemClock.setTimeout(() => {
          resolve(systemClock.now() - dueAt);
        }, ms);
      });
    });

    expect(Math.min(...(await Promise.all(rings)))).toBeGreaterThan(-1); // the platform counts whole milliseconds
  });

  it('holds waits that no platform timer can hold', async () => {
    let rang = false;
    const timer = systemClock.setTimeout(() => {
      rang = true;
    }, 2 ** 40);
    await new Promise<void>((resolve) => {
      systemClock.setTimeout(resolve, 5);
    });
    systemClock.clearTimeout(timer);

    expect(rang).toBe(false);
  });

  it('does not ring when cleared, and bears clearing nothing', async () => {
    let rang = false;
    systemClock.clearTimeout(
      systemClock.setTimeout(() => {
        rang = true;
      }, 1),
    );
    systemClock.clearTimeout(undefined);
    await new Promise<void>((resolve) => {
      systemClock.setTimeout(resolve, 5);
    });

    expect(rang).toBe(false);
  });

  it('runs what waits for a poll after promise jobs', async () => {
    const order: string[] = [];
    await new Promise<void>((resolve) => {
      systemClock.afterPoll(() => {
        order.push('poll');
        resolve();
      });
      void Promise.resolve().then(() => order.push('job'));
    });

    expect(order).toEqual(['job', 'poll']);
  });

  it('waits for a poll in a task where there is no setImmediate, and in a timer where there are no tasks', async () => {
    const order: string[] = [];
    const postTask = async (task: () => void) => {
      order.push('task');
      task();
    };
    put('setImmediate', undefined);
    put('scheduler', { postTask });
    await new Promise<void>((resolve) => systemClock.afterPoll(resolve));
    expect(order).toEqual(['task']);

    put('scheduler', { wait: () => {} });
    const polled = new Promise<void>((resolve) => systemClock.afterPoll(resolve));
    void Promise.resolve().then(() => order.push('job'));
    await polled;
    expect(order).toEqual(['task', 'job']);
  });
});

describe('systemRandom', () => {
  it('draws from 0 to 1', () => {
    const drawn = Array.from({ length: 100 }, systemRandom);

    expect(drawn.every((value) => value >= 0 && value < 1)).toBe(true);
    expect(new Set(drawn).size).toBeGreaterThan(1);
  });
});
