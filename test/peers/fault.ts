import type { Stage } from './stage.ts';
import type { Subject } from './subject.ts';

/** What went wrong in somebody's breaker, and how it is seen. */
export interface Fault<T = unknown> {
  /** What it does wrong, in the present tense: the name of its test and its row in the table. */
  readonly fault: string;
  /** Where it was reported: `owner/repository#number`. None if it was found by playing it. */
  readonly reports: readonly string[];
  /** What inmesh does, for the table. */
  readonly inmesh: string;
  /** Brings it about, and gives what is to be seen. */
  play(stage: Stage): Promise<T>;
  /** What is to be seen where it is not, as of inmesh. */
  readonly right: T;
  /** What is to be seen of those that have it. */
  readonly wrong: Partial<Readonly<Record<Subject['name'], T>>>;
}
