// What the checks stand on: a client under a balancer, the servers' control, and time.
import { compose } from '@inmesh/core';
import { loadBalancer, roundRobin } from '@inmesh/load-balancer';
import { retry } from '@inmesh/retry';
import { timeout } from '@inmesh/timeout';

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** A stack as users have it around a client, and what its balancer counts. */
export function mesh({ client, endpoints, limitMs = 10_000, ...options }) {
  const balancer = loadBalancer({ endpoints, algorithm: roundRobin() });
  const overs = [];
  const watched = (next) => (call) =>
    next(call).then((response) => {
      call.protocol.hold(response, { over: (error) => overs.push(error) });
      return response;
    });
  const policy = compose(watched, timeout(limitMs), retry({ attempts: 3, backoff: () => 0 }), balancer);
  return {
    overs,
    call: client.wrap(policy, options),
    inFlight: () => balancer.endpoints.reduce((sum, { inFlight }) => sum + inFlight, 0),
  };
}

/** An endpoint that has a certificate of its own name. */
export const named = (origin) => ({ origin: origin.replace('127.0.0.1', 'localhost'), servername: 'localhost' });

/** Asks the servers' process; through no fetch, since that is what is tested. */
export async function control(address, path) {
  const { get } = await import('node:http');
  await new Promise((resolve, reject) => {
    get(`${address}${path}`, { agent: false }, (response) => response.resume().once('end', resolve)).once(
      'error',
      reject,
    );
  });
}

/** Waits until nothing is in flight, collecting garbage meanwhile if asked to. */
export async function emptied({ inFlight }, collect = () => {}, forMs = 3_000) {
  for (const end = Date.now() + forMs; inFlight() > 0 && Date.now() < end; ) {
    collect();
    await sleep(20);
  }
  return inFlight() === 0 ? 'ok' : `${inFlight()} in flight`;
}

export const collectGarbage = () => (globalThis.Bun === undefined ? globalThis.gc() : globalThis.Bun.gc(true));

/** What a promise rejects with. */
export const rejection = (promise) =>
  promise.then(
    () => ({ fulfilled: true }),
    (error) => ({ error }),
  );

/** Ends a wait that would last for good, as a finding. */
export async function within(ms, promise, otherwise) {
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, ms, otherwise);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** An error as one line: codes say more than messages. */
export function told(error) {
  if (typeof error !== 'object' || error === null) return String(error);
  const codes = [];
  for (let each = error; each && codes.length < 5; each = each.cause ?? each.errors?.[0])
    codes.push(typeof each.code === 'string' ? each.code : String(each.message ?? each).slice(0, 120));
  return codes.join(' < ').replace(/key-[\w-]+|:\d+/g, '…');
}
