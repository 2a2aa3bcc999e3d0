import opossum10 from 'opossum-10';
import opossum9 from 'opossum-9';

import { versionOf, type Breaker, type Settings, type State, type Subject, type Work } from './subject.ts';

/** opossum has no types of its own; what is used of it here. */
interface Opossum {
  readonly opened: boolean;
  readonly halfOpen: boolean;
  fire(work: Work<unknown>): Promise<unknown>;
  on(event: string, listener: () => void): void;
  getSignal(): AbortSignal | undefined;
}

type OpossumClass = new (action: (work: Work<unknown>) => Promise<unknown>, options: object) => Opossum;

function optionsOf(settings: Settings): object {
  const { ratio, minimumCalls, windowMs, openForMs, timeoutMs, capacity, saysWell, saysNothing } = settings;
  return {
    ...(ratio !== undefined && { errorThresholdPercentage: ratio * 100 }),
    ...(minimumCalls !== undefined && { volumeThreshold: minimumCalls }),
    ...(windowMs !== undefined && { rollingCountTimeout: windowMs }),
    ...(openForMs !== undefined && { resetTimeout: openForMs }),
    ...(timeoutMs === undefined ? { timeout: false } : { timeout: timeoutMs, autoRenewAbortController: true }),
    ...(capacity !== undefined && { capacity }),
    // It has one filter, and what passes that is a success to it.
    errorFilter: (error: unknown) => saysWell?.(error) === true || saysNothing?.(error) === true,
  };
}

function breakerOf(opossum: OpossumClass, options: object, { onSuccess, onOpen }: Settings): Breaker {
  const breaker: Opossum = new opossum((work) => work(breaker.getSignal()), options);
  if (onSuccess !== undefined) breaker.on('success', onSuccess);
  if (onOpen !== undefined) breaker.on('open', onOpen);
  return {
    get state(): State {
      if (breaker.opened) return 'open';
      return breaker.halfOpen ? 'half-open' : 'closed';
    },
    call: <T>(work: Work<T>) => breaker.fire(work) as Promise<T>, // what its action gives is what the work gives
  };
}

function subject(opossum: OpossumClass, version: string): Subject {
  return {
    name: 'opossum',
    version,
    make: (settings) => breakerOf(opossum, optionsOf(settings), settings),
    twins(settings) {
      const options = { ...optionsOf(settings), cache: true };
      const before = Object.keys(options).length;
      const breakers = [breakerOf(opossum, options, settings), breakerOf(opossum, options, settings)] as const;
      return { breakers, added: Object.keys(options).length - before };
    },
    isRefusal: (error) => (error as { code?: unknown }).code === 'EOPENBREAKER',
  };
}

export const opossums: readonly Subject[] = [
  subject(opossum9 as unknown as OpossumClass, versionOf('opossum-9')),
  subject(opossum10 as unknown as OpossumClass, versionOf('opossum-10')),
];
