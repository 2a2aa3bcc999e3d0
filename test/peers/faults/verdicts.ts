import type { Fault } from '../fault.ts';
import { down, Held, well } from '../stage.ts';
import type { State } from '../subject.ts';
import { usual } from './usual.ts';

const notFound = new Error('not found');
const rejects = (error: unknown) => () => Promise.reject(error);
const is = (wanted: unknown) => (error: unknown) => error === wanted;

const shrunk: Fault<State> = {
  fault: 'cannot count an error as a success, so that few failures are all it sees',
  reports: [],
  inmesh: 'a judge says success, failure or nothing',
  async play(stage) {
    const breaker = stage.make({ ...usual, minimumCalls: 5, saysWell: is(notFound) });
    await stage.calls(breaker, 15, rejects(notFound));
    await stage.calls(breaker, 5, down);
    return breaker.state;
  },
  right: 'closed',
  wrong: { cockatiel: 'open' },
};

const padded: Fault<State> = {
  fault: 'cannot leave an error out, so that failures are lost among what says nothing',
  reports: ['nodeshift/opossum#521'],
  inmesh: 'a judge says success, failure or nothing',
  async play(stage) {
    const breaker = stage.make({ ...usual, minimumCalls: 5, saysNothing: is(notFound) });
    await stage.calls(breaker, 15, rejects(notFound));
    await stage.calls(breaker, 5, down);
    return breaker.state;
  },
  right: 'open',
  wrong: { opossum: 'closed' },
};

const announced: Fault<number> = {
  fault: 'tells of an error that was filtered as of a success',
  reports: ['nodeshift/opossum#389', 'nodeshift/opossum#521', 'nodeshift/opossum#564'],
  inmesh: 'an observer gets the verdict and the error',
  async play(stage) {
    let heard = 0;
    const breaker = stage.make({ ...usual, saysNothing: is(notFound), onSuccess: () => void heard++ });
    await stage.calls(breaker, 1, rejects(notFound));
    return heard;
  },
  right: 0,
  wrong: { opossum: 1 },
};

const ownRefusals: Fault<State> = {
  fault: 'opens because of what its own limit refused, though nothing failed',
  reports: [],
  inmesh: 'a refusal by a policy of ours never counts against the other side',
  async play(stage) {
    const breaker = stage.make({ ...usual, capacity: 1 });
    stage.follow(breaker, new Held().work);
    await stage.calls(breaker, 20, well);
    return breaker.state;
  },
  right: 'closed',
  wrong: { opossum: 'open', cockatiel: 'open' },
};

const bystanders: Fault<{ readonly bystander: boolean; readonly next: boolean }> = {
  fault: 'aborts calls that are in time, and those that begin, when one times out',
  reports: ['nodeshift/opossum#780', 'nodeshift/opossum#861'],
  inmesh: 'each call has a signal of its own',
  async play(stage) {
    const breaker = stage.make({ ...usual, timeoutMs: 100 });
    const signals: (AbortSignal | undefined)[] = [];
    const begin = () =>
      stage.follow(breaker, (signal) => {
        signals.push(signal);
        return new Promise(() => {});
      });
    begin();
    await stage.clock.advance(50);
    begin();
    await stage.clock.advance(50);
    const bystander = signals[1]?.aborted === true;
    begin();
    return { bystander, next: signals[2]?.aborted === true };
  },
  right: { bystander: false, next: false },
  wrong: { opossum: { bystander: true, next: true } },
};

export const verdicts: readonly Fault[] = [shrunk, padded, announced, ownRefusals, bystanders];
