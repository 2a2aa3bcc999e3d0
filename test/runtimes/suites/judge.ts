import { exemptions, type Exemption } from './exemptions.ts';
import type { Ran, RanTest } from './inside/suites.ts';
import { platforms } from './platforms.ts';

/** A test by its file and its name. */
export interface Listed {
  readonly file: string;
  readonly name: string;
}

/** What was made of a run: how many tests there were, those that may fail, and what should not be. */
export interface Judgement {
  readonly runtime: string;
  readonly tests: number;
  readonly exempt: ReadonlyMap<Exemption, number>;
  readonly wrong: readonly string[];
}

/** Every test that Vitest lists has run and passed, or is exempt and failed as its exemption says. */
export function judge(runtime: string, ran: Ran, listed: readonly Listed[]): Judgement {
  const exempt = new Map<Exemption, number>();
  const wrong = [...differences(ran.tests, listed), ...ran.unhandled.map((reason) => `unhandled rejection: ${reason}`)];
  for (const test of ran.tests) {
    const exemption = exemptions.find((one) => one.in.includes(runtime) && one.tests.test(labelOf(test)));
    if (exemption !== undefined) exempt.set(exemption, (exempt.get(exemption) ?? 0) + 1);
    if (exemption === undefined && test.error !== undefined) wrong.push(`${labelOf(test)}: ${test.error}`);
    if (exemption !== undefined && !exemption.fails.test(test.error ?? 'it passes'))
      wrong.push(`${labelOf(test)}: ${test.error ?? 'it passes'}, but should fail with ${exemption.fails}`);
  }
  const idle = exemptions.filter((one) => one.in.includes(runtime) && !exempt.has(one));
  wrong.push(...idle.map((one) => `no test is exempt by ${one.tests}`), ...surprises(runtime, ran));
  return { runtime, tests: ran.tests.length, exempt, wrong };
}

/** Of a title that shows a function only the beginning: a bundler writes functions anew. */
const labelOf = ({ file, name }: Listed): string =>
  `${file.replace(/^packages\/|src\//g, '')} > ${name.replace(/(=>|\bfunction \w+\().*/s, '$1 …')}`;

/** Tests of the same name count as often as they are there. */
function differences(ran: readonly RanTest[], listed: readonly Listed[]): string[] {
  const balance = new Map<string, number>();
  for (const test of listed) balance.set(labelOf(test), (balance.get(labelOf(test)) ?? 0) - 1);
  for (const test of ran) balance.set(labelOf(test), (balance.get(labelOf(test)) ?? 0) + 1);
  return [...balance]
    .filter(([, times]) => times !== 0)
    .map(([label, times]) => `${label}: ${times < 0 ? 'did not run' : 'ran, although Vitest knows no such test'}`);
}

function surprises(runtime: string, { facts }: Ran): string[] {
  return Object.entries(platforms[runtime] ?? {})
    .filter(([fact, expected]) => facts[fact] !== expected)
    .map(([fact, expected]) => `${fact}: ${facts[fact]}, but platforms.ts says ${expected}`);
}
