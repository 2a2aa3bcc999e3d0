import type { Random } from '@inmesh/core';
import { nonNegativeMs, positiveMs, rejectUnknown } from '@inmesh/core/options';

import type { Algorithm, Candidate, Picker } from './algorithm.ts';
import { Cost } from './cost.ts';
import { Lots } from './lots.ts';

/** How long it remembers, and what it makes of failures. */
export interface PeakEwmaOptions {
  /** How long a latency is remembered, in ms: after so long a third of it is left (default: 10 s). */
  readonly decayMs?: number | undefined;
  /** What a failure counts as at least, in ms, so that failing fast draws no traffic (default: 1 s). */
  readonly failurePenaltyMs?: number | undefined;
  /** How long a failure is remembered, in ms: after so long a third of it is left, if no answer came before (default: 2 s). */
  readonly failureDecayMs?: number | undefined;
}

/**
 * Draws two endpoints at random and takes the one that will probably answer sooner: its latency times what it has in flight.
 *
 * A slow answer counts at once and is forgotten by and by. Failures count as slow; they are forgotten sooner, and each good
 * answer halves what is left of them. An endpoint that has not answered yet, since it is new or was ejected, gets one call at
 * a time. Throws a `RangeError` or `TypeError` that names a wrong option.
 *
 * @example
 * const users = loadBalancer({ endpoints, algorithm: peakEwma({ failurePenaltyMs: 5_000 }) });
 */
export function peakEwma({
  decayMs = 10_000,
  failurePenaltyMs = 1_000,
  failureDecayMs = 2_000,
  ...unknown
}: PeakEwmaOptions = {}): Algorithm {
  rejectUnknown(unknown, arguments[0]);
  positiveMs({ decayMs });
  nonNegativeMs({ failurePenaltyMs });
  positiveMs({ failureDecayMs });
  const rules = { decayMs, failurePenaltyMs, failureDecayMs };
  return { start: () => new Cheaper(), learn: () => new Cost(rules) };
}

const LEAST_MS = 0.1; // below, costs are forgotten or not worth telling apart

class Cheaper implements Picker {
  readonly #lots = new Lots();

  pick(candidates: readonly Candidate[], random: Random, _call: unknown, now = 0): Candidate {
    const first = this.#lots.one(candidates, random);
    const one = candidates[first] as Candidate; // an index that was drawn is that of a candidate
    if (candidates.length === 1) return one;
    const other = candidates[this.#lots.another(candidates, first, random)] as Candidate; // so is this
    const cost = costOf(one);
    const otherCost = costOf(other);
    if (!cost.measured || !otherCost.measured) return unmeasured(one, other, candidates, random);
    const load = Math.max(LEAST_MS, cost.at(now)) * inFlightBeside(other, one);
    return Math.max(LEAST_MS, otherCost.at(now)) * (other.inFlight + 1) < load ? other : one;
  }
}

const TO_TRY = 0; // never measured, and idle
const MEASURED = 1;
const BEING_TRIED = 2; // never measured, and busy with the call that will tell

function turnOf(candidate: Candidate): number {
  if (costOf(candidate).measured) return MEASURED;
  return candidate.inFlight === 0 ? TO_TRY : BEING_TRIED;
}

/** Of two that were not both measured. One that is to be tried comes first, and one that is being tried only if all are. */
function unmeasured(one: Candidate, other: Candidate, candidates: readonly Candidate[], random: Random): Candidate {
  const turn = turnOf(one);
  const otherTurn = turnOf(other);
  const isOther = turn === otherTurn ? other.inFlight + 1 < inFlightBeside(other, one) : otherTurn < turn;
  const chosen = isOther ? other : one;
  return turnOf(chosen) === BEING_TRIED ? (drawFree(candidates, random) ?? chosen) : chosen;
}

function costOf({ learned }: Candidate): Cost {
  if (learned instanceof Cost) return learned;
  throw new TypeError('peakEwma has heard of no call: an algorithm that is made of it must pass on its learn too');
}

/**
 * What one endpoint has in flight, this call included, where another has as much per weight: that of equal weight, as it is.
 * Otherwise what it has in flight is taken in terms of the other's weight, and the call itself as the smaller of the two
 * ratios: idle endpoints were drawn by weight, and that stands until one costs more than their weights differ.
 */
function inFlightBeside(other: Candidate, one: Candidate): number {
  if (other.weight === one.weight) return one.inFlight + 1;
  const weights = other.weight / one.weight;
  return one.inFlight * weights + Math.min(weights, 1 / weights);
}

/** One drawn by weight of those that are not being tried for the first time, if there is any. */
function drawFree(candidates: readonly Candidate[], random: Random): Candidate | undefined {
  let total = 0;
  for (const each of candidates) if (turnOf(each) !== BEING_TRIED) total += each.weight;
  let point = random() * total;
  let free: Candidate | undefined;
  for (const each of candidates) {
    if (turnOf(each) === BEING_TRIED) continue;
    free = each;
    point -= each.weight;
    if (point < 0) break;
  }
  return free;
}
