import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { describe, expect, it } from 'vitest';

import type { Left } from './left-behind.script.ts';

const script = fileURLToPath(new URL('left-behind.script.ts', import.meta.url));

async function leftBy(exit: string): Promise<Left[]> {
  const options = ['--expose-gc', '--conditions=@inmesh/source', '--import', 'tsx', '--no-warnings', script, exit];
  const { stdout } = await promisify(execFile)(process.execPath, options, { timeout: 55_000 });
  return JSON.parse(stdout) as Left[]; // what the script prints
}

describe('a call that is over', () => {
  it.each([
    ['success', /^well$/],
    ['failure', /^TypeError: fetch failed$/],
    ['failed answer', /^well$/],
    ['timeout', /^TimeoutError: timed out after 50 ms$/],
    ['timeout in the body', /^(?:TypeError: terminated|TimeoutError: timed out after 100 ms)$/],
    ['abort', /^Error: gone$/],
    ['abort in the body', /^(?:AbortError|Error: gone)/],
    ['refusal', /^RateLimitedError: /],
    ['cancelled body', /^well$/],
    ['unread body', /^well$/],
  ])(
    'leaves no listener, count, connection or timer behind: %s',
    async (exit, ending) => {
      const left = await leftBy(exit);
      expect(left.map(({ policy }) => policy)).toEqual([
        'nothing',
        'timeout of the body',
        'timeout of the head',
        'retry',
        'half-open breaker',
        'bucket with a queue',
        'balancer',
        'observed',
      ]);
      for (const { policy, ended, ...rest } of left) {
        expect(ended, policy).toMatch(ending);
        expect(rest, policy).toEqual({ listeners: 0, held: 0, sockets: 0, resources: [] });
      }
    },
    60_000,
  );
});
