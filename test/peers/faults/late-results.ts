import type { Fault } from '../fault.ts';
import { down, Held, well } from '../stage.ts';
import type { State } from '../subject.ts';
import { OPEN_FOR_MS, usual } from './usual.ts';

const successIntoHalfOpen: Fault<State> = {
  fault: 'closes a half-open circuit on a success from before the outage',
  reports: ['Netflix/Hystrix#1350', 'denoland/std#7306'],
  inmesh: 'a late result of an earlier state counts for nothing; only probes decide',
  async play(stage) {
    const breaker = stage.make(usual);
    const [late, probe] = [new Held(), new Held()];
    stage.follow(breaker, late.work);
    await stage.calls(breaker, 10, down);
    await stage.clock.advance(OPEN_FOR_MS);
    stage.follow(breaker, probe.work);
    late.succeed('late');
    await stage.settle();
    return breaker.state;
  },
  right: 'half-open',
  wrong: { opossum: 'closed' },
};

const failureIntoHalfOpen: Fault<readonly State[]> = {
  fault: 'opens a half-open circuit again on a failure from before the outage, and ignores the probe that goes well',
  reports: ['Netflix/Hystrix#1350'],
  inmesh: 'a late result of an earlier state counts for nothing; only probes decide',
  async play(stage) {
    const breaker = stage.make(usual);
    const [late, probe] = [new Held(), new Held()];
    stage.follow(breaker, late.work);
    await stage.calls(breaker, 10, down);
    await stage.clock.advance(OPEN_FOR_MS);
    stage.follow(breaker, probe.work);
    const seen: State[] = [];
    late.fail(new Error('late'));
    await stage.settle();
    seen.push(breaker.state);
    probe.succeed('well');
    await stage.settle();
    return [...seen, breaker.state];
  },
  right: ['half-open', 'closed'],
  wrong: { opossum: ['open', 'open'], cockatiel: ['open', 'open'] },
};

const failuresIntoClosed: Fault<State> = {
  fault: 'opens a circuit that has closed again on failures from before the outage',
  reports: ['nodeshift/opossum#484'],
  inmesh: 'each change of state begins a generation, and a result counts only in its own',
  async play(stage) {
    const breaker = stage.make(usual);
    const late = Array.from({ length: 10 }, () => new Held());
    for (const { work } of late) stage.follow(breaker, work);
    await stage.calls(breaker, 11, down); // as many as make more than half fail where waiting calls count as well
    await stage.clock.advance(OPEN_FOR_MS);
    await stage.calls(breaker, 1, well);
    for (const each of late) each.fail(new Error('late'));
    await stage.settle();
    return breaker.state;
  },
  right: 'closed',
  wrong: { opossum: 'open', cockatiel: 'open' },
};

const successIntoOpen: Fault<State> = {
  fault: 'closes an open circuit on a success from before the outage',
  reports: ['nodeshift/opossum#381'],
  inmesh: 'a late result of an earlier state counts for nothing',
  async play(stage) {
    const breaker = stage.make(usual);
    const late = new Held();
    stage.follow(breaker, late.work);
    await stage.calls(breaker, 10, down);
    late.succeed('late');
    await stage.settle();
    return breaker.state;
  },
  right: 'open',
  wrong: {},
};

const failuresTogether: Fault<State> = {
  fault: 'stays open for good when calls fail together',
  reports: ['nodeshift/opossum#385'],
  inmesh: 'when it half-opens follows from the clock alone',
  async play(stage) {
    const breaker = stage.make(usual);
    const together = Array.from({ length: 20 }, () => new Held());
    for (const { work } of together) stage.follow(breaker, work);
    for (const each of together) each.fail(new Error('down'));
    await stage.settle();
    await stage.clock.advance(OPEN_FOR_MS);
    await stage.calls(breaker, 1, well);
    return breaker.state;
  },
  right: 'closed',
  wrong: {},
};

const failuresOfBefore: Fault<State> = {
  fault: 'opens again at the first failure after it closed, since the outage is still in its window',
  reports: [],
  inmesh: 'begins with an empty window whenever it closes',
  async play(stage) {
    const breaker = stage.make(usual);
    await stage.calls(breaker, 10, down);
    await stage.clock.advance(OPEN_FOR_MS);
    await stage.calls(breaker, 1, well);
    await stage.calls(breaker, 1, down);
    return breaker.state;
  },
  right: 'closed',
  wrong: { opossum: 'open' },
};

export const lateResults: readonly Fault[] = [
  successIntoHalfOpen,
  failureIntoHalfOpen,
  failuresIntoClosed,
  successIntoOpen,
  failuresTogether,
  failuresOfBefore,
];
