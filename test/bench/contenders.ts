// The peers that more than one group needs.
import { peers, type Peer } from './peers.ts';

export type Cockatiel = typeof import('cockatiel-3');

/** Both have what is used here alike. */
export const cockatiels = (): Promise<Peer<Cockatiel>[]> =>
  peers<Cockatiel>({
    'cockatiel-3': () => import('cockatiel-3'),
    'cockatiel-4': async () => (await import('cockatiel-4')) as unknown as Cockatiel,
  });

export const opossums = (): Promise<Peer<OpossumModule>[]> =>
  peers<OpossumModule>({ 'opossum-9': () => import('opossum-9'), 'opossum-10': () => import('opossum-10') });

/** The breaker of cockatiel that is nearest to ours: a share of what failed within a time. */
export function samplingBreaker({ circuitBreaker, handleAll, SamplingBreaker }: Cockatiel) {
  const breaker = new SamplingBreaker({ threshold: 0.5, duration: 10_000 });
  return circuitBreaker(handleAll, { halfOpenAfter: 1e9, breaker });
}

/** What opossum does besides breaking the circuit is switched off. */
export const leanOpossum = { timeout: false, rollingPercentilesEnabled: false, enableSnapshots: false } as const;
