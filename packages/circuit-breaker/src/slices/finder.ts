import { Combination, hashUnder, masksOf } from './combination.ts';
import type { Share } from './evidence.ts';
import type { Reading } from './reading.ts';
import { FailureSketch } from './sketch.ts';
import { Suspect, type Charge } from './suspect.ts';

/** How many combinations are on trial at a time. */
const PLACES = 32;

/** A call that was not counted before. */
const NONE = 0;

/** A combination that is to blame, and what for. */
export interface Culprit {
  readonly combination: Combination;
  readonly own: Share;
  readonly others: Share;
  /** When its trial began. */
  readonly since: number;
}

/**
 * Finds the smallest combination of attributes that explains failures, in two steps. A sketch of a fixed size counts the
 * failures of all combinations, and while there are few nothing else is done, for successes nothing at all. A
 * combination that fails often is suspected: from then on its calls are counted exactly until they convict or clear it.
 */
export class Finder {
  readonly #charge: Charge;
  readonly #attributes: number;
  readonly #masks: readonly number[];
  readonly #sketch: FailureSketch;
  readonly #suspicious: number;
  readonly #suspects: Suspect[] = [];
  #trials = 0;

  constructor(charge: Charge, attributes: number, sketchBytes: number) {
    this.#charge = charge;
    this.#attributes = attributes;
    this.#masks = masksOf(attributes, charge.maxDepth);
    this.#sketch = new FailureSketch(sketchBytes, charge.windowMs);
    this.#suspicious = Math.ceil((charge.ratio * charge.minimumCalls) / 2);
  }

  /** How many are on trial. While there are none, nobody needs to read the attributes of a success. */
  get suspects(): number {
    return this.#suspects.length;
  }

  /** How many trials were begun: to be kept of a success that may yet fail. */
  get trials(): number {
    return this.#trials;
  }

  /** A call went well. */
  succeeded(reading: Reading, now: number): void {
    if (this.#suspects.length > 0) this.#count(reading, false, NONE, now);
  }

  /**
   * A call failed. Says who is to blame, if that is clear now. One that was counted as a success before says how many
   * {@link trials} there were when it was.
   */
  failed(reading: Reading, now: number, succeededAfter: number = NONE): Culprit | undefined {
    const onTrial = this.#count(reading, true, succeededAfter, now);
    for (const mask of this.#masks) {
      if ((mask & ~reading.present) === 0 && (onTrial & (1 << mask)) === 0) this.#suspect(mask, reading, now);
    }
    const guilty = this.#guilty(reading, now);
    return guilty && this.#convict(guilty);
  }

  /** Counts it for all suspects, lets go of those that are cleared, and says under which masks it is itself on trial. */
  #count(reading: Reading, failed: boolean, succeededAfter: number, now: number): number {
    reading.hash();
    let masks = 0;
    for (let index = this.#suspects.length - 1; index >= 0; index--) {
      const suspect = this.#suspects[index];
      if (suspect === undefined) continue;
      const isOwn = suspect.number <= succeededAfter ? suspect.spoil(reading) : suspect.count(reading, failed);
      if (isOwn) masks |= 1 << suspect.combination.mask;
      if (suspect.isCleared(this.#charge, now)) this.#suspects.splice(index, 1);
    }
    return masks;
  }

  #suspect(mask: number, reading: Reading, now: number): void {
    const hash = hashUnder(mask, reading);
    const failures = this.#sketch.add(hash, now);
    if (failures < this.#suspicious) return;
    const combination = new Combination(mask, reading);
    if (!this.#makeRoom(combination, now)) return;
    this.#sketch.remove(hash, failures);
    this.#suspects.push(new Suspect(combination, this.#attributes, this.#charge.maxDepth, now, ++this.#trials));
  }

  /** If there are too many, ends the trial with the least prospect of a verdict, or one that this one may explain. */
  #makeRoom(newcomer: Combination, now: number): boolean {
    if (this.#suspects.length < PLACES) return true;
    const prospects = this.#suspects.map((suspect) => suspect.prospect(this.#charge, now));
    const least = Math.min(...prospects);
    const index =
      least < 1
        ? prospects.indexOf(least)
        : this.#suspects.findIndex((suspect) => suspect.combination.isDeeper(newcomer));
    if (index >= 0) this.#suspects.splice(index, 1);
    return index >= 0;
  }

  /** Of those that are convicted by this failure, the one with the fewest attributes. */
  #guilty(reading: Reading, now: number): Suspect | undefined {
    let smallest: Suspect | undefined;
    for (const suspect of this.#suspects) {
      if (smallest !== undefined && !smallest.combination.isDeeper(suspect.combination)) continue;
      if (suspect.combination.has(reading) && suspect.isGuilty(this.#charge, now)) smallest = suspect;
    }
    return smallest;
  }

  /** What is on trial for the same calls begins anew when it fails again: it was counted with those of the culprit. */
  #convict({ combination, own, others, startedAt }: Suspect): Culprit {
    for (let index = this.#suspects.length - 1; index >= 0; index--) {
      if (this.#suspects[index]?.combination.meets(combination) === true) this.#suspects.splice(index, 1);
    }
    return { combination, own, others, since: startedAt };
  }
}
