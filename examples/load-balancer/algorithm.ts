// Algorithms: in turn, one made of another, and one that learns.
import { endpoint, wrap } from '@inmesh/core';
import {
  loadBalancer,
  peakEwma,
  roundRobin,
  type Algorithm,
  type Candidate,
  type Learner,
} from '@inmesh/load-balancer';

// #region turns
const inTurn = loadBalancer({
  endpoints: [{ origin: 'http://large.test', weight: 2 }, 'http://small.test'],
  algorithm: roundRobin(),
});
// #endregion

// #region algorithm
/** Prefers endpoints of one zone, and chooses by peak EWMA among them. */
const near = (zone: string): Algorithm => {
  const inner = peakEwma();
  return {
    ...inner, // it learns from calls, so its `learn` has to be passed on
    start() {
      const picker = inner.start();
      let seen: readonly Candidate[] = [];
      let inZone: readonly Candidate[] = [];
      return {
        pick(candidates, random, call, now) {
          if (candidates !== seen) inZone = candidates.filter((each) => each.endpoint.metadata?.['zone'] === zone);
          seen = candidates;
          return picker.pick(inZone.length > 0 ? inZone : candidates, random, call, now);
        },
      };
    },
  };
};
// #endregion

// #region learner
/** Remembers the last failure of an endpoint. */
class LastFailure implements Learner {
  at = -Infinity;

  settled(health: 'success' | 'failure' | 'ignorable', _elapsedMs: number, now: number): void {
    if (health === 'failure') this.at = now;
  }
}

/** Takes the one that has not failed for longest. */
const longestWell: Algorithm = {
  learn: () => new LastFailure(),
  start: () => ({
    pick: (candidates) => candidates.reduce((one, other) => (failedAt(other) < failedAt(one) ? other : one)),
  }),
};

const failedAt = ({ learned }: Candidate) => (learned instanceof LastFailure ? learned.at : -Infinity);
// #endregion

const turn = wrap(inTurn, async (call) => call.get(endpoint)?.origin);
console.log('in turn:', await turn(), await turn(), await turn());

const zoned = loadBalancer({
  endpoints: [
    { origin: 'http://here.test', metadata: { zone: 'x' } },
    { origin: 'http://there.test', metadata: { zone: 'y' } },
  ],
  algorithm: near('x'),
});
console.log('near:', await wrap(zoned, async (call) => call.get(endpoint)?.origin)());

const asking = loadBalancer({ endpoints: ['http://broken.test', 'http://well.test'], algorithm: longestWell });
const ask = wrap(asking, async (call) => {
  const origin = call.get(endpoint)?.origin;
  if (origin === 'http://broken.test') throw new Error('connection reset');
  return origin;
});
await ask().catch((error: unknown) => console.log('first:', String(error)));
console.log('then:', await ask(), await ask());

// Output:
// in turn: http:… http:… http:…
// near: http://here.test
// first: Error: connection reset
// then: http://well.test http://well.test
