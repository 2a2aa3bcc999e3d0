// Three endpoints, of which one is broken: calls go to another at once, and soon nowhere near it.
// #region first
import { compose, endpoint, wrap } from '@inmesh/core';
import { loadBalancer } from '@inmesh/load-balancer';
import { retry } from '@inmesh/retry';

const balancer = loadBalancer({ endpoints: ['http://one.test', 'http://two.test', 'http://broken.test'] });
const getUser = wrap(compose(retry(), balancer), async (call, id: string) => {
  const origin = call.get(endpoint)?.origin;
  if (origin === 'http://broken.test') throw new Error('connection reset');
  return `user ${id} from ${origin}`;
});
// #endregion

const answers = await Promise.all(Array.from({ length: 60 }, (_, id) => getUser(String(id))));
console.log(answers.length, 'answers, one of them:', answers[0]);

// #region state
for (const { endpoint: at, state, inFlight, consecutiveFailures } of balancer.endpoints) {
  console.log(at.origin, state, { inFlight, consecutiveFailures });
}
// #endregion

// Output:
// 60 answers, one of them: user 0 from http:…
// http://one.test healthy { inFlight: 0, consecutiveFailures: 0 }
// http://two.test healthy { inFlight: 0, consecutiveFailures: 0 }
// http://broken.test ejected { inFlight: 0, consecutiveFailures: 5 }
