// Balancers and the endpoints behind them, for this package's tests.
import { Call, endpoint, RejectedError, type CallView, type Policy } from '@inmesh/core';
import { virtualClock, type VirtualClock } from '@inmesh/core/testing';

import { loadBalancer, roundRobin, type Algorithm, type LoadBalancer, type LoadBalancerOptions } from './src/index.ts';

export const down = new Error('down');

/** Turns that begin with the first endpoint, so that a test can say who is next. */
const inOrder: Algorithm = {
  start() {
    const picker = roundRobin().start();
    const call = Call.start(undefined);
    return { pick: (candidates) => picker.pick(candidates, () => 0, call) };
  },
};

const longest = () => 1 - Number.EPSILON;

/** A balancer over `http://a`, `http://b`, … that takes them in turn, and ejects for exactly the longest time. */
export function balanced(
  count: number,
  options: Partial<LoadBalancerOptions> = {},
): { clock: VirtualClock; balancer: LoadBalancer } {
  const clock = virtualClock();
  const endpoints = Array.from('abcdefgh'.slice(0, count), (letter) => `http://${letter}`);
  return { clock, balancer: loadBalancer({ endpoints, algorithm: inOrder, clock, random: longest, ...options }) };
}

export function letterOf(call: CallView): string {
  return call.get(endpoint)?.origin.slice('http://'.length) ?? '-';
}

/** Answers with the letter of the endpoint, unless that is down. */
export function fleet(...failing: readonly string[]): { fn: (call: CallView) => Promise<string>; sent: string[] } {
  const sent: string[] = [];
  const fn = async (call: CallView) => {
    const letter = letterOf(call);
    sent.push(letter);
    if (failing.includes(letter)) throw down;
    return letter;
  };
  return { fn, sent };
}

/** Sends again at once, like a retry without a wait. */
export function again(times: number): Policy {
  return (next) =>
    async function repeated(call) {
      call.expectRepeats();
      for (let n = 1; ; n++) {
        try {
          return await next(n === 1 ? call : call.forkAttempt());
        } catch (error) {
          if (n > times) throw error;
        }
      }
    };
}

export async function swallow(promise: Promise<unknown>): Promise<void> {
  await promise.catch(() => {});
}

export function loads(balancer: LoadBalancer): number[] {
  return balancer.endpoints.map(({ inFlight }) => inFlight);
}

export function states(balancer: LoadBalancer): string[] {
  return balancer.endpoints.map(({ state }) => state);
}

export class Refused extends RejectedError {
  readonly code = 'ERR_REFUSED';
}

/** Refuses what is sent to some endpoints, like a breaker for each that is open. */
export function refusing(...letters: readonly string[]): Policy {
  return (next) =>
    function refused(call) {
      return letters.includes(letterOf(call)) ? Promise.reject(new Refused('full', { policy: 'test' })) : next(call);
    };
}
