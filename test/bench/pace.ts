import type { Case, Group } from './case.ts';

/** How long everything takes. */
export interface Pace {
  readonly rounds: number;
  /** How long a sample takes, and so how many times a loop runs. */
  readonly sampleMs: number;
  readonly warmUpMs: number;
  /** Decides the order within each round. */
  readonly seed: number;
}

const WARMER = 4; // so long until V8 has compiled a call that is long

/** The pace of a group: longer samples, and fewer, where it asks for them. */
export function paceOf({ longer }: Group, { rounds, sampleMs, warmUpMs, seed }: Pace): Pace {
  if (longer === undefined) return { rounds, sampleMs, warmUpMs, seed };
  return {
    rounds: Math.max(3, Math.round(rounds / 3)),
    sampleMs: sampleMs * longer,
    warmUpMs: warmUpMs * WARMER,
    seed,
  };
}

/** Runs a loop until V8 has compiled it, and gives how many times fill a sample. */
export async function warmUp(of: Pick<Case, 'loop'>, { sampleMs, warmUpMs }: Pace): Promise<number> {
  const end = clockNs() + warmUpMs * 1e6;
  let times = 1;
  let tookMs: number;
  do {
    const begun = clockNs();
    await of.loop(times);
    tookMs = (clockNs() - begun) / 1e6;
    if (tookMs < sampleMs / 2) times *= 2;
  } while (tookMs < sampleMs / 2 || clockNs() < end);
  return Math.max(1, Math.round((times * sampleMs) / tookMs));
}

export const clockNs = (): number => Number(process.hrtime.bigint());
