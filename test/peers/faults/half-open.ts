import type { Fault } from '../fault.ts';
import { down, Held, well, type Fate, type Stage } from '../stage.ts';
import type { Breaker, State } from '../subject.ts';
import { OPEN_FOR_MS, usual, WINDOW_MS } from './usual.ts';

/** Its circuit was opened, and its time is up. */
async function halfOpen(stage: Stage, settings = usual): Promise<Breaker> {
  const breaker = stage.make(settings);
  await stage.calls(breaker, 10, down);
  await stage.clock.advance(OPEN_FOR_MS);
  return breaker;
}

const hungProbe: Fault<Fate> = {
  fault: 'never recovers from a probe that hangs, unless its time is limited',
  reports: ['resilience4j/resilience4j#903', 'diegosouzapw/OmniRoute#13836'],
  inmesh: 'a probe leases its place; when the lease is up another call may probe',
  async play(stage) {
    const breaker = await halfOpen(stage);
    stage.follow(breaker, new Held().work);
    await stage.clock.advance(60_000);
    const next = stage.follow(breaker, well);
    await stage.settle();
    return next.fate;
  },
  right: 'well',
  wrong: { opossum: 'refused', cockatiel: 'waiting' },
};

const waiters: Fault<Readonly<Record<string, number>>> = {
  fault: 'lets callers pile up behind a probe',
  reports: [],
  inmesh: 'refuses at once what may not probe',
  async play(stage) {
    const breaker = await halfOpen(stage);
    stage.follow(breaker, new Held().work);
    const fates = await stage.calls(breaker, 100, well);
    const many = (fate: Fate) => fates.filter((each) => each === fate).length;
    return { refused: many('refused'), waiting: many('waiting') };
  },
  right: { refused: 100, waiting: 0 },
  wrong: { cockatiel: { refused: 0, waiting: 100 } },
};

const floodgates: Fault<number> = {
  fault: 'lets everybody probe',
  reports: [
    'nodeshift/opossum#119',
    'nodeshift/opossum#819',
    'resilience4j/resilience4j#1432',
    'safe-global/safe-client-gateway#3442',
  ],
  inmesh: 'lets through as many as have to succeed, counted by their leases',
  async play(stage) {
    const breaker = await halfOpen(stage);
    const together = Array.from({ length: 100 }, () => new Held());
    for (const { work } of together) stage.follow(breaker, work);
    await stage.settle();
    return together.filter(({ sent }) => sent).length;
  },
  right: 1,
  wrong: {},
};

const emptyProbe: Fault<readonly State[]> = {
  fault: 'closes on a probe that says nothing',
  reports: ['Netflix/Hystrix#2005', 'nodeshift/opossum#521', 'decocms/studio#5322', 'getnora-io/nora#585'],
  inmesh: 'an ignorable probe is neither success nor failure and gives its place back',
  async play(stage) {
    const ours = new Error('bad request');
    const breaker = await halfOpen(stage, { ...usual, saysNothing: (error) => error === ours });
    await stage.calls(breaker, 1, () => Promise.reject(ours));
    const { state } = breaker;
    await stage.calls(breaker, 1, well);
    return [state, breaker.state];
  },
  right: ['half-open', 'closed'],
  wrong: { opossum: ['closed', 'closed'], cockatiel: ['closed', 'closed'] },
};

const abortedProbe: Fault<readonly [State, Fate]> = {
  fault: 'opens again when the caller of a probe gives up',
  reports: [],
  inmesh: "the caller's abort says nothing about the other side, and gives the place back",
  async play(stage) {
    const breaker = await halfOpen(stage);
    const controller = new AbortController();
    const { signal } = controller;
    const wanted = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => {
        reject(signal.reason as Error); // an AbortError, as none was given
      });
    });
    stage.follow(breaker, () => wanted, signal);
    await stage.settle();
    controller.abort();
    await stage.settle();
    const { state } = breaker;
    const [next = 'waiting'] = await stage.calls(breaker, 1, well);
    return [state, next];
  },
  right: ['half-open', 'well'],
  wrong: { opossum: ['open', 'refused'], cockatiel: ['open', 'refused'] },
};

const rareProbe: Fault<Fate> = {
  fault: 'stays half-open for good when a probe fails while the window holds too few calls',
  reports: ['nodeshift/opossum#276'],
  inmesh: 'a failed probe opens it, whatever the window holds',
  async play(stage) {
    const breaker = await halfOpen(stage);
    await stage.clock.advance(2 * WINDOW_MS);
    await stage.calls(breaker, 1, down);
    await stage.clock.advance(OPEN_FOR_MS);
    const [next = 'waiting'] = await stage.calls(breaker, 1, well);
    return next;
  },
  right: 'well',
  wrong: {},
};

const byTimer: Fault<Fate> = {
  fault: 'half-opens only when a timer gets its turn',
  reports: ['nodeshift/opossum#580', 'nodeshift/opossum#504', 'nodeshift/opossum#719'],
  inmesh: 'reads the clock when a call comes; it has no timer',
  async play(stage) {
    const breaker = stage.make(usual);
    await stage.calls(breaker, 10, down);
    stage.clock.block(OPEN_FOR_MS);
    const next = stage.follow(breaker, well);
    await stage.settle();
    return next.fate;
  },
  right: 'well',
  wrong: { opossum: 'refused' },
};

const byCall: Fault<State> = {
  fault: 'says that it is open, after its time is up, until somebody calls',
  reports: ['connor4312/cockatiel#91'],
  inmesh: '`state` reads the clock',
  async play(stage) {
    const { state } = await halfOpen(stage);
    return state;
  },
  right: 'half-open',
  wrong: { cockatiel: 'open' },
};

export const halfOpenings: readonly Fault[] = [
  hungProbe,
  waiters,
  floodgates,
  emptyProbe,
  abortedProbe,
  rareProbe,
  byTimer,
  byCall,
];
