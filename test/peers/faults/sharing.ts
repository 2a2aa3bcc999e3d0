import { getEventListeners, setMaxListeners } from 'node:events';

import type { Fault } from '../fault.ts';
import { down, Held } from '../stage.ts';
import type { State } from '../subject.ts';
import { OPEN_FOR_MS, usual } from './usual.ts';

const changedOptions: Fault<boolean> = {
  fault: "writes into its caller's options",
  reports: [],
  inmesh: 'reads its options once and keeps no reference to them',
  play: async (stage) => stage.twins(usual).added > 0,
  right: false,
  wrong: { opossum: true },
};

const sharedFailures: Fault<State> = {
  fault: 'opens because of the failures of another breaker that was made of the same options',
  reports: [],
  inmesh: 'a detector is a recipe: each breaker begins a memory of its own with it',
  async play(stage) {
    const [one, other] = stage.twins(usual).breakers;
    await stage.calls(one, 9, down);
    await stage.calls(other, 1, down);
    return other.state;
  },
  right: 'closed',
  wrong: { cockatiel: 'open' },
};

const sharedAnswers: Fault<string> = {
  fault: 'gives the answer of another breaker that was made of the same options, if they say to cache',
  reports: [],
  inmesh: 'keeps nothing in its options, and no answers at all',
  async play(stage) {
    const [one, other] = stage.twins(usual).breakers;
    await one.call(() => Promise.resolve('of one'));
    return await other.call(() => Promise.resolve('of the other'));
  },
  right: 'of the other',
  wrong: { opossum: 'of one' },
};

const idleTimers: Fault<number> = {
  fault: 'keeps timers going while nobody calls',
  reports: [],
  inmesh: 'a breaker has no timers',
  async play(stage) {
    for (let breaker = 0; breaker < 100; breaker++) stage.make(usual);
    return stage.clock.timers;
  },
  right: 0,
  wrong: { opossum: 200 },
};

const heldProcess: Fault<number> = {
  fault: 'keeps the process alive while it is open',
  reports: [],
  inmesh: 'a breaker has no timers',
  async play(stage) {
    const breaker = stage.make(usual);
    await stage.calls(breaker, 10, down);
    await stage.clock.advance(OPEN_FOR_MS / 2);
    return stage.clock.refs;
  },
  right: 0,
  wrong: {},
};

const listenersInFlight: Fault<number> = {
  fault: "adds a listener to the caller's signal for every call in flight",
  reports: ['connor4312/cockatiel#69'],
  inmesh: 'one listener for each signal, however many calls are on it',
  async play(stage) {
    const breaker = stage.make({ ...usual, timeoutMs: 1_000 });
    const { signal } = new AbortController();
    setMaxListeners(Infinity, signal); // Node warns of them
    for (let call = 0; call < 100; call++) stage.follow(breaker, new Held().work, signal);
    await stage.settle();
    return Math.max(0, getEventListeners(signal, 'abort').length - 1);
  },
  right: 0,
  wrong: { cockatiel: 99 },
};

const listenersLeft: Fault<number> = {
  fault: "leaves a listener on the caller's signal for every call that is over",
  reports: ['connor4312/cockatiel#81'],
  inmesh: 'goes off the signal when no call is on it any more',
  async play(stage) {
    const breaker = stage.make({ ...usual, timeoutMs: 1_000 });
    const { signal } = new AbortController();
    setMaxListeners(Infinity, signal);
    const held = Array.from({ length: 100 }, () => new Held());
    for (const { work } of held) stage.follow(breaker, work, signal);
    for (const each of held) each.succeed('well');
    await stage.settle();
    return getEventListeners(signal, 'abort').length;
  },
  right: 0,
  wrong: {},
};

export const sharing: readonly Fault[] = [
  changedOptions,
  sharedFailures,
  sharedAnswers,
  idleTimers,
  heldProcess,
  listenersInFlight,
  listenersLeft,
];
