import { describe, expect, it } from 'vitest';

import { Deadline, Deadlines } from './deadlines.ts';
import type { Clock, Timer } from '../clock.ts';
import { virtualClock, type VirtualClock } from '../testing/virtual-clock.ts';

/** Remembers when it expired, and does what the test wants then. */
class Probe extends Deadline {
  readonly #clock: VirtualClock;
  readonly #then: () => void;
  readonly expiredAt: { readonly at: number; readonly local: boolean }[] = [];

  constructor(clock: VirtualClock, then: () => void = () => {}) {
    super();
    this.#clock = clock;
    this.#then = then;
  }

  override expire(local: boolean): void {
    this.expiredAt.push({ at: this.#clock.now(), local });
    this.#then();
  }
}

/** A queue on a clock, and what is in it. */
function queue(limitMs = 100) {
  const clock = virtualClock();
  const deadlines = new Deadlines(clock, limitMs);
  const due = (at: number, then?: () => void) => {
    const probe = new Probe(clock, then);
    deadlines.add(probe, at, clock.now());
    return probe;
  };
  return { clock, deadlines, due };
}

/** Deadlines, at most 100 ms late, whose turn of input and output comes when the test says so. */
function polledByHand() {
  const clock = virtualClock();
  const polls: (() => void)[] = [];
  const deadlines = new Deadlines(
    { ...clock, now: () => clock.now(), afterPoll: (callback) => polls.push(callback) },
    100,
  );
  return { clock, deadlines, poll: () => polls.shift()?.() };
}

/** Deadlines on a clock that says how long its timers were set for, and whose timers are bare numbers, as in browsers. */
function counted() {
  const clock = virtualClock();
  const waits: number[] = [];
  const bare: Clock = {
    ...clock,
    now: () => clock.now(),
    clearTimeout: () => {},
    setTimeout(callback, ms) {
      clock.setTimeout(callback, ms);
      return waits.push(ms) as Timer;
    },
  };
  return { clock, waits, deadlines: new Deadlines(bare, 100) };
}

describe('Deadlines', () => {
  it('expires each at its time, whatever the order they came in', async () => {
    const { clock, due } = queue();
    const probes = [30, 10, 20, 10].map((at) => due(at));
    expect(clock.timers).toBe(1);

    await clock.advance(100);
    expect(probes.map(({ expiredAt }) => expiredAt)).toEqual([30, 10, 20, 10].map((at) => [{ at, local: false }]));
    expect(clock.timers).toBe(0);
  });

  it('expires what is due at once in the order it came', async () => {
    const { clock, due } = queue();
    const order: string[] = [];
    for (const name of ['a', 'b', 'c']) due(10, () => order.push(name));

    await clock.advance(10);
    expect(order).toEqual(['a', 'b', 'c']);
  });

  it('forgets what was removed, and removes it once only', async () => {
    const { clock, deadlines, due } = queue();
    const [first, middle, last] = [due(10), due(20), due(30)];
    deadlines.remove(middle);
    deadlines.remove(middle);
    deadlines.remove(last);

    await clock.advance(100);
    expect([first, middle, last].map(({ expiredAt }) => expiredAt.length)).toEqual([1, 0, 0]);
    expect(clock.timers).toBe(0);
  });

  it('keeps the process alive while a call waits, and no longer', async () => {
    const { clock, deadlines, due } = queue();
    const [one, other] = [due(10), due(20)];
    expect(clock.refs).toBe(1);
    deadlines.settle(one);
    expect(clock.refs).toBe(1);
    deadlines.settle(other);
    deadlines.settle(other);
    expect(clock.refs).toBe(0);
    expect(clock.timers).toBe(1);

    const third = due(15);
    expect(clock.refs).toBe(1);
    deadlines.remove(third);
    expect(clock.refs).toBe(0);
    await clock.advance(20);
    expect([one, other, third].map(({ expiredAt }) => expiredAt.length)).toEqual([1, 1, 0]);
  });

  it('keeps no process alive by a timer that it arms again for a body', async () => {
    const { clock, deadlines, due } = queue();
    due(10);
    deadlines.settle(due(20));
    await clock.advance(10);

    expect(clock.timers).toBe(1);
    expect(clock.refs).toBe(0);
  });

  it('uses one timer again and again while the limit is constant', async () => {
    const { clock, deadlines } = queue(1_000);
    let armed = 0;
    const counting = new Deadlines(
      {
        ...clock,
        now: () => clock.now(),
        setTimeout: (callback, ms) => {
          armed++;
          return clock.setTimeout(callback, ms);
        },
      },
      1_000,
    );
    for (let n = 0; n < 100; n++) {
      const probe = new Probe(clock);
      counting.add(probe, clock.now() + 1_000, clock.now());
      counting.remove(probe);
      await clock.advance(10);
    }

    expect(armed).toBeLessThanOrEqual(2);
    expect(deadlines).toBeInstanceOf(Deadlines);
  });

  it('lets what had arrived win over a deadline that is due', async () => {
    const { clock, deadlines, poll } = polledByHand();
    const [answered, silent] = [new Probe(clock), new Probe(clock)];
    for (const probe of [answered, silent]) deadlines.add(probe, 10, 0);
    await clock.advance(10);
    deadlines.remove(answered);
    poll();

    expect([answered.expiredAt.length, silent.expiredAt.length]).toEqual([0, 1]);
  });

  it('gives what falls due during the turn of input and output a turn of its own', async () => {
    const { clock, deadlines, poll } = polledByHand();
    const [first, second] = [new Probe(clock), new Probe(clock)];
    deadlines.add(first, 10, 0);
    deadlines.add(second, 15, 0);
    await clock.advance(10);
    clock.block(10);
    poll();
    expect([first.expiredAt.length, second.expiredAt.length]).toEqual([1, 0]);

    await clock.advance(0);
    poll();
    expect(second.expiredAt).toEqual([{ at: 20, local: false }]);
  });

  it('counts a turn of input and output that lasts for lateness of our own', async () => {
    const { clock, deadlines, poll } = polledByHand();
    const probe = new Probe(clock);
    deadlines.add(probe, 10, 0);
    await clock.advance(10);
    clock.block(50);
    poll();

    expect(probe.expiredAt).toEqual([]);
  });

  it('puts off what is more than 20 ms late, once, by as much, at most by its limit', async () => {
    const { clock, due } = queue(100);
    const [early, late] = [due(10), due(60)];
    clock.block(70); // 60 ms late for the first, and for all that the same ring deals with
    await clock.advance(0);
    expect([early, late].map(({ expiredAt }) => expiredAt.length)).toEqual([0, 0]);

    clock.block(500); // late again, but excused already
    await clock.advance(0);
    expect(early.expiredAt).toEqual([{ at: 570, local: true }]);
    expect(late.expiredAt).toEqual([{ at: 570, local: true }]);
  });

  it('forgets that a deadline was excused when it is queued again', async () => {
    const { clock, deadlines, due } = queue(100);
    const probe = due(10);
    clock.block(1_000);
    await clock.advance(100);
    expect(probe.expiredAt).toEqual([{ at: 1_100, local: false }]);

    deadlines.add(probe, 1_200, clock.now());
    await clock.advance(100);
    expect(probe.expiredAt[1]).toEqual({ at: 1_200, local: false });
  });

  it('bears deadlines that come and go while others expire', async () => {
    const { clock, deadlines, due } = queue();
    const added: Probe[] = [];
    const victim: { probe?: Probe } = {};
    due(10, () => {
      added.push(due(10), due(15));
      if (victim.probe !== undefined) deadlines.remove(victim.probe);
    });
    victim.probe = due(10);

    await clock.advance(20);
    expect(victim.probe.expiredAt).toEqual([]);
    expect(added.map(({ expiredAt }) => expiredAt.map(({ at }) => at))).toEqual([[10], [15]]);
    expect(clock.timers).toBe(0);
  });

  it('goes on after a deadline that throws', async () => {
    const { clock, due } = queue();
    due(10, () => {
      throw new Error('broken');
    });
    const [same, later] = [due(10), due(30)];

    await expect(clock.advance(10)).rejects.toThrow('broken');
    await clock.advance(20);
    expect([same, later].map(({ expiredAt }) => expiredAt.length)).toEqual([1, 1]);
  });

  it('rings again where a platform timer rings early', async () => {
    const clock = virtualClock();
    const deadlines = new Deadlines(
      {
        ...clock,
        now: () => clock.now(),
        setTimeout: (callback, ms) => clock.setTimeout(callback, Math.min(ms, 1_000)),
      },
      5_000,
    );
    const probe = new Probe(clock);
    deadlines.add(probe, 5_000, 0);
    await clock.advance(4_999);
    expect(probe.expiredAt).toEqual([]);

    await clock.advance(1);
    expect(probe.expiredAt).toEqual([{ at: 5_000, local: false }]);
  });

  it('removes nothing that was never queued', async () => {
    const { clock, deadlines, due } = queue();
    const probe = due(10);
    deadlines.remove(new Probe(clock));
    expect(clock.refs).toBe(1);

    await clock.advance(10);
    expect(probe.expiredAt.length).toBe(1);
  });

  it('sets its timer once for deadlines that are due together', () => {
    const { clock, deadlines, waits } = counted();
    for (let n = 0; n < 10; n++) deadlines.add(new Probe(clock), 1_000, 0);
    expect(waits).toEqual([1_000]);
  });

  it('sets no timer before it dealt with what is due', async () => {
    const { clock, deadlines, poll } = polledByHand();
    deadlines.add(new Probe(clock), 10, 0);
    await clock.advance(10);
    deadlines.add(new Probe(clock), 15, 10);
    expect(clock.timers).toBe(0);

    poll();
    expect(clock.timers).toBe(1);
  });

  it('takes what is 20 ms late for in time', async () => {
    const { clock, due } = queue(100);
    const [probe, excused] = [due(10), due(200)];
    clock.block(30);
    await clock.advance(0);
    expect(probe.expiredAt).toEqual([{ at: 30, local: false }]);

    clock.block(200); // 30 ms late, hence put off to 260
    await clock.advance(0);
    clock.block(50);
    await clock.advance(0);
    expect(excused.expiredAt).toEqual([{ at: 280, local: false }]);
  });

  it('needs no timers that can let a process end', async () => {
    const { clock, deadlines } = counted();
    const probe = new Probe(clock);
    deadlines.add(probe, 10, 0);
    deadlines.settle(probe);
    deadlines.add(new Probe(clock), 20, 0);
    await clock.advance(20);
    expect(probe.expiredAt).toEqual([{ at: 10, local: false }]);
  });
});
