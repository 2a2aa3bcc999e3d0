import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const MOST_AT_ONCE = 5_000; // a test that runs for minutes without a pause is taken for dead

/** Runs every property so many times, in batches with a seed each. Gives the exit code of the first that fails, or 0. */
export async function runProperties(times: number, seed: number, root: string): Promise<number> {
  for (let done = 0, batch = 0; done < times; batch++) {
    const runs = Math.min(MOST_AT_ONCE, times - done);
    const env = { ...process.env, FC_RUNS: String(runs), FC_SEED: String(seed + batch) };
    const words = ['run', '--config', 'test/soak/vitest.config.ts', ...testsOfProperties(root)];
    const child = spawn(join(root, 'node_modules/.bin/vitest'), words, { cwd: root, env, stdio: 'inherit' });
    const [code] = (await once(child, 'exit')) as [number | null];
    done += runs;
    console.log(
      `${done} of ${times} runs of every property, the last ${runs} from seed ${seed + batch}: exit code ${code}`,
    );
    if (code !== 0) return code ?? 1;
  }
  return 0;
}

function testsOfProperties(root: string): string[] {
  return readdirSync(join(root, 'packages')).flatMap((name) => {
    const folder = join('packages', name, 'src');
    const files = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) =>
      join(folder, file),
    );
    return files.filter((file) => file.endsWith('.test.ts') && usesProperties(join(root, file)));
  });
}

const usesProperties = (file: string): boolean => readFileSync(file, 'utf8').includes("'fast-check'");
