// Endpoints that come and go, as a source says.
import { endpointChannel, endpointSourceChannel, wrap, type EndpointSource } from '@inmesh/core';
import { loadBalancer } from '@inmesh/load-balancer';

let asked = 0;
async function lookUp(): Promise<readonly string[]> {
  if (++asked > 3) throw new Error('the registry is down');
  return ['http://one.test', 'http://two.test', 'http://three.test'].slice(0, asked);
}

// #region events
endpointChannel.subscribe(({ balancer, endpoint, change, reason }) => {
  console.log(`${balancer}: ${endpoint.origin} ${change}, ${reason}`);
});
endpointSourceChannel.subscribe(({ balancer, error }) => {
  console.log(`${balancer}: the source failed, ${String(error)}`);
});
// #endregion

// #region source
async function* registry(everyMs: number): EndpointSource {
  for (;;) {
    yield await lookUp();
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}

const users = loadBalancer({ endpoints: registry(10), name: 'users' });
// #endregion

const failed = new Promise<void>((resolve) => {
  endpointSourceChannel.subscribe(() => resolve());
});
await wrap(users, async () => console.log('a call waited for the first list'))();
await failed;
console.log('and the last list stays in force:', users.endpoints.length, 'endpoints');
users.close();

// Output:
// users: http://one.test added, newly listed
// a call waited for the first list
// users: http://two.test added, newly listed
// users: http://three.test added, newly listed
// users: the source failed, Error: the registry is down
// and the last list stays in force: 3 endpoints
