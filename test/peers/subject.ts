import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Clock } from '@inmesh/core';

/** What a circuit does with calls. */
export type State = 'closed' | 'open' | 'half-open';

/** How a breaker is to be made; what is left out stays as its library has it. */
export interface Settings {
  /** The share of failures that opens it. */
  readonly ratio?: number;
  /** How many calls have to be in the window. */
  readonly minimumCalls?: number;
  readonly windowMs?: number;
  readonly openForMs?: number;
  /** How long a call may take, judged inside the breaker (default: for ever). */
  readonly timeoutMs?: number;
  /** How many calls may be sent at a time; the rest is refused inside the breaker. */
  readonly capacity?: number;
  /** Errors that the other side gave in good health, as a 404. */
  readonly saysWell?: (error: unknown) => boolean;
  /** Errors that say nothing about the other side. */
  readonly saysNothing?: (error: unknown) => boolean;
  /** Hears of every call that went well. */
  readonly onSuccess?: () => void;
  /** Hears when the circuit opens. */
  readonly onOpen?: () => void;
}

/** A breaker, of whichever library. */
export interface Breaker {
  readonly state: State;
  /** Does the work if the circuit lets it. The work is given the signal that its library would abort it with. */
  call<T>(work: Work<T>, signal?: AbortSignal): Promise<T>;
}

/** What is behind a breaker. */
export type Work<T> = (signal: AbortSignal | undefined) => Promise<T>;

/** A library whose breakers are tried. */
export interface Subject {
  readonly name: 'inmesh' | 'opossum' | 'cockatiel';
  readonly version: string;
  /** Makes a breaker as its users would, on the clock if it takes one. */
  make(settings: Settings, clock: Clock): Breaker;
  /** Two breakers made of one and the same object of options, and how many options that object has more afterwards. */
  twins(settings: Settings, clock: Clock): { readonly breakers: readonly [Breaker, Breaker]; readonly added: number };
  /** Whether a circuit that let no call through rejected with this. */
  isRefusal(error: unknown): boolean;
}

/** The version that is installed under this name. */
export function versionOf(installed: string): string {
  const manifest = readFileSync(join(import.meta.dirname, 'node_modules', installed, 'package.json'), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version; // every package has one
}
