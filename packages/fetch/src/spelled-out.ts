import type { Call, Clock } from '@inmesh/core';

import type { Spelled } from './detour.ts';
import type { Asked } from './fetch-input.ts';
import { whileWanted } from './while-wanted.ts';

/** What sending bodies again takes. */
export interface Means {
  readonly replayBodyBytes: number;
  readonly clock: Clock;
}

/** A request as fetch's second argument, with as much of its body as can be had whole: a redirect may ask for it again. */
export async function spelledOut(asked: Asked, call: Call, { replayBodyBytes, clock }: Means): Promise<Spelled> {
  const keeping = asked.keepWhatIsThere(replayBodyBytes, clock);
  if (keeping !== undefined) await whileWanted(keeping, call);
  return asked.spelled();
}
