import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

/** What an example says until it ends by itself. */
async function outputOf(client: string): Promise<string> {
  const words = ['--conditions=@inmesh/source', '--import', 'tsx', `examples/clients/${client}.ts`];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, words, { cwd: root, timeout: 30_000 });
  return stdout + stderr;
}

const item = "{ id: '7', name: 'chair' } after 2 requests";
const events = `[ 'data: "Once "', 'data: "upon "', 'data: "a "', 'data: "time."' ] outlast the limit: true`;
const words = "[ 'Once ', 'upon ', 'a ', 'time.' ] outlast the limit: true";

describe.concurrent('a client over a wrapped fetch', { timeout: 60_000 }, () => {
  it.each([
    ['ky', [item, events]],
    ['ofetch', [item, events]],
    ['openapi-fetch', [item, events]],
    ['openai', ['Once upon a time. after 2 requests', words]],
    ['anthropic', ["[ { type: 'text', text: 'Once upon a time.' } ] after 2 requests", words]],
  ])('%s retries, and reads a stream that outlasts the limit of the head', async (client, lines) => {
    expect(await outputOf(client)).toBe(`${lines.join('\n')}\n`);
  });
});
