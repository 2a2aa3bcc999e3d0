import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Release } from '../release.ts';
import { measure, type Sizes } from './bundle-sizes.ts';

/** The page that says what everything weighs and may weigh at most. It is the budget. */
const page = 'docs/size.md';

/** What may not grow whatever the page says: every package loads it. */
const CORE_KB = 4;

/** What is heavier than the page allows, and what the page says that is not so. */
export async function size(root: string, release: Release, update: boolean): Promise<string[]> {
  const sizes = await measure(root, release);
  const text = await readFile(join(root, page), 'utf8');
  const current = update ? rewrite(text, sizes) : text;
  if (update) await writeFile(join(root, page), current);
  return compare(current, sizes);
}

/** Holds what a page says against what was measured. Compression differs a little from one Node to the next: by a digit. */
export function compare(text: string, sizes: Sizes): string[] {
  const rows = rowsOf(text);
  const missing = [...sizes.keys()].filter((name) => !rows.some((row) => row.name === name));
  return [
    ...missing.map((name) => `${page}: has no row for ${name}`),
    ...rows.flatMap(({ name, said, limit }) => {
      const measured = sizes.get(name);
      if (measured === undefined) return [`${page}: nobody measured ${name}`];
      const stale =
        Math.abs(measured - said) <= 0.15
          ? []
          : [`${page}: says that ${name} has ${said} kB, it has ${round(measured)}: npm run size`];
      const most = name === '`@inmesh/core`' ? Math.min(limit, CORE_KB) : limit;
      if (name.startsWith('`@inmesh/') && limit === Infinity) stale.push(`${page}: sets no limit for ${name}`);
      return measured > most ? [...stale, `${name} has ${round(measured)} kB, more than ${most}`] : stale;
    }),
  ];
}

const row = /^\| (.+?) \| ([\d.]+|\?) kB \|(?: ([\d.]+) kB \|)?$/;

const rowsOf = (text: string) =>
  text.split('\n').flatMap((line) => {
    const [match, name = '', said, limit = Infinity] = row.exec(line) ?? [];
    return match === undefined ? [] : [{ name, said: Number(said), limit: Number(limit) }];
  });

function rewrite(text: string, sizes: Sizes): string {
  const lines = text.split('\n').map((line) => {
    const measured = sizes.get(row.exec(line)?.[1] ?? '');
    return measured === undefined ? line : line.replace(/\| [\d.?]+ kB \|/, `| ${round(measured)} kB |`);
  });
  return lines.join('\n');
}

const round = (kB: number) => kB.toFixed(1);
