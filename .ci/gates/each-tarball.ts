import { join } from 'node:path';

import { execute } from '../../test/packaging/tarballs.ts';

const tools = join(import.meta.dirname, '../../node_modules/.bin');

/** What a program says of the tarballs it finds fault with. It reads two at a time. */
export async function eachTarball(program: string, options: string[], tarballs: readonly string[]): Promise<string[]> {
  const waiting = [...tarballs];
  const problems: string[] = [];

  async function read(): Promise<void> {
    for (let tarball = waiting.shift(); tarball !== undefined; tarball = waiting.shift()) {
      await execute(join(tools, program), [...options, tarball], tools).catch((error: Error) => {
        problems.push(error.message);
      });
    }
  }

  await Promise.all([read(), read()]);
  return problems;
}
