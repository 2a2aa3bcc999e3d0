import type { Fault } from '../fault.ts';
import { down, well, type Fate, type Stage } from '../stage.ts';
import type { Settings, State } from '../subject.ts';
import { usual } from './usual.ts';

function bug(): never {
  throw new Error('bug');
}

const onSuccess: Fault<{ readonly fates: readonly Fate[]; readonly state: State }> = {
  fault: 'turns successes into failures, and opens, when a listener throws',
  reports: [],
  inmesh: 'what a listener throws harms no call and is published on `inmesh:listener`',
  async play(stage) {
    const breaker = stage.make({ ...usual, onSuccess: bug });
    const fates = await stage.calls(breaker, 10, well);
    return { fates: [...new Set(fates)], state: breaker.state };
  },
  right: { fates: ['well'], state: 'closed' },
  wrong: { opossum: { fates: ['failed'], state: 'open' }, cockatiel: { fates: ['failed'], state: 'open' } },
};

/** What the caller of the call that opens the circuit gets, and how many rejections nobody gets. */
interface Answer {
  readonly gets: string;
  readonly unhandled: number;
}

const onOpen: Fault<Answer> = {
  fault: 'loses the error of the call that opens it when a listener throws',
  reports: [],
  inmesh: 'what a listener throws harms no call and is published on `inmesh:listener`',
  play: (stage) => answerOfTheTenth(stage, { ...usual, onOpen: bug }),
  right: { gets: 'down', unhandled: 0 },
  wrong: { opossum: { gets: 'nothing', unhandled: 1 }, cockatiel: { gets: 'bug', unhandled: 0 } },
};

const filter: Fault<Answer> = {
  fault: 'loses the error of a call when the filter of errors throws',
  reports: [],
  inmesh: 'a judge that throws has no say; what it threw is published on `inmesh:listener`',
  play(stage) {
    let calls = 0;
    return answerOfTheTenth(stage, { ...usual, saysNothing: () => (++calls < 10 ? false : bug()) });
  },
  right: { gets: 'down', unhandled: 0 },
  wrong: { opossum: { gets: 'nothing', unhandled: 1 }, cockatiel: { gets: 'bug', unhandled: 0 } },
};

async function answerOfTheTenth(stage: Stage, settings: Settings): Promise<Answer> {
  const breaker = stage.make(settings);
  await stage.calls(breaker, 9, down);
  let gets = 'nothing';
  const unhandled = await rejectionsOf(async () => {
    breaker.call(down).catch((error: unknown) => (gets = (error as Error).message));
    await stage.settle();
  });
  return { gets, unhandled };
}

/** Counts the rejections that nobody handles, in the place of who would end the process for them. */
async function rejectionsOf(act: () => Promise<void>): Promise<number> {
  let unhandled = 0;
  const others = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection').on('unhandledRejection', () => void unhandled++);
  try {
    await act();
  } finally {
    process.removeAllListeners('unhandledRejection');
    for (const other of others) process.on('unhandledRejection', other);
  }
  return unhandled;
}

export const throwing: readonly Fault[] = [onSuccess, onOpen, filter];
