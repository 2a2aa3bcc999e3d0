// An algorithm of one's own, made of one that is there.
import { endpoint, wrap } from '@inmesh/core';
import { leastLoaded, loadBalancer, roundRobin, type Algorithm, type Candidate } from '@inmesh/load-balancer';

// #region turns
const inTurn = loadBalancer({
  endpoints: [{ origin: 'http://large.test', weight: 2 }, 'http://small.test'],
  algorithm: roundRobin(),
});
// #endregion

// #region algorithm
/** Prefers endpoints of one zone, and chooses the less loaded among them. */
const near = (zone: string): Algorithm => ({
  start() {
    const picker = leastLoaded().start();
    let seen: readonly Candidate[] = [];
    let inZone: readonly Candidate[] = [];
    return {
      pick(candidates, random, call) {
        if (candidates !== seen) inZone = candidates.filter((each) => each.endpoint.metadata?.['zone'] === zone);
        seen = candidates;
        return picker.pick(inZone.length > 0 ? inZone : candidates, random, call);
      },
    };
  },
});
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
