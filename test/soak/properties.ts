import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const MOST_AT_ONCE = 5_000; // a test that runs for minutes without a pause is taken for dead

/** Runs every property so many times, in batches with a seed each. Gives the exit code of the first that fails, or 0. */
export async function runProperties(times: number, seed: number, root: string): Promise<number> {
  const properties = propertiesIn(root);
  const files = [...new Set(properties.map(({ file }) => file))];
  console.log(`${properties.length} tests of properties in ${files.length} files, ${times} runs each`);
  const names = properties.map(({ name }) => patternOf(name)).join('|');
  const words = ['run', '--config', 'test/soak/vitest.config.ts', '--testNamePattern', names, ...files];
  const begun = performance.now();
  for (let done = 0, batch = 0; done < times; batch++) {
    const runs = Math.min(MOST_AT_ONCE, times - done);
    const env = { ...process.env, FC_RUNS: String(runs), FC_SEED: String(seed + batch) };
    const child = spawn(join(root, 'node_modules/.bin/vitest'), words, { cwd: root, env, stdio: 'inherit' });
    const [code] = (await once(child, 'exit')) as [number | null];
    done += runs;
    const tookMs = performance.now() - begun;
    console.log(
      `${done} of ${times} runs of every property, the last ${runs} from seed ${seed + batch}: exit code ${code}; ` +
        `${minutes(tookMs)} gone, about ${minutes((tookMs / done) * (times - done))} to come`,
    );
    if (code !== 0) return code ?? 1;
  }
  return 0;
}

const minutes = (ms: number): string => `${(ms / 60_000).toFixed(1)} minutes`;
/** A pattern of a test's name, `%s` of a table's being anything. */
const patternOf = (name: string): string => `${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/%[a-z]/g, '.*')}$`;

/** A test that holds code to a property. */
export interface PropertyTest {
  readonly file: string;
  /** What stands behind its `it`. */
  readonly name: string;
}

/** All there are in the packages. */
export function propertiesIn(root: string): readonly PropertyTest[] {
  return readdirSync(join(root, 'packages')).flatMap((name) => {
    const folder = join('packages', name, 'src');
    return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.test.ts'))
      .flatMap((file) => propertiesOf(join(folder, file), readFileSync(join(root, folder, file), 'utf8')));
  });
}

/** Those of a file. Throws if it has one that is in no test, or in one whose name is not written there. */
export function propertiesOf(file: string, source: string): readonly PropertyTest[] {
  const [before, ...tests] = source.split(/^ +it(?:\.each\(.*\))?\(/m);
  const asserting = [before ?? '', ...tests].filter((text) => text.includes('fc.assert('));
  return asserting.map((test) => {
    const name = /^\s*(['"`])(.*?)\1,/.exec(test)?.[2];
    if (name === undefined || test === before) throw new Error(`${file} has a property in no test that has a name`);
    return { file, name };
  });
}
