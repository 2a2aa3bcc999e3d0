import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { describe, expect, it } from 'vitest';

const script = fileURLToPath(new URL('process-lifetime.script.ts', import.meta.url));

/** What a process of its own says until it ends by itself; a policy that held it would hold it for half an hour. */
async function outputOf(act: string): Promise<string> {
  const options = ['--conditions=@inmesh/source', '--import', 'tsx', '--no-warnings', script, act];
  const { stdout } = await promisify(execFile)(process.execPath, options, { timeout: 20_000 });
  return stdout.trim();
}

describe('a process', () => {
  it.each([
    ['waits for a deadline', 'TimeoutError: timed out after 300 ms'],
    ['waits for a second deadline after an idle time', 'TimeoutError: timed out after 300 ms'],
    ['waits for a backoff', 'attempt 2'],
    ['is done when its call is', 'settled'],
    ['does not wait for a body that nobody reads', 'settled'],
    ['does not wait for a call that failed', 'Error: down'],
  ])(
    '%s',
    async (act, said) => {
      expect(await outputOf(act)).toBe(said);
    },
    30_000,
  );
});
