import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { describe, expect, it } from 'vitest';

/** The global dispatchers of a process that loaded this package and then did something. */
async function dispatchersAfter(something: string): Promise<string> {
  const program = `import '@inmesh/fetch'; ${something};
    console.log(Object.getOwnPropertySymbols(globalThis).map(String).filter((name) => name.includes('undici')).length);`;
  const words = ['--conditions=@inmesh/source', '--import', 'tsx', '--input-type=module', '--eval', program];
  return (await promisify(execFile)(process.execPath, words)).stdout.trim();
}

describe('loading this package', () => {
  it.each([
    ['leaves it to others to load the undici of Node, or one of their own', '', /^0$/],
    ['is seen not to have loaded it, since naming one of its classes does', 'Request', /^[1-9]$/],
  ])(
    '%s',
    async (_, something, dispatchers) => {
      expect(await dispatchersAfter(something)).toMatch(dispatchers);
    },
    30_000,
  );
});
