import { describe, expect, it } from 'vitest';
import { pages, read } from './markdown.ts';

const decisions = pages.filter((page) => page.startsWith('docs/decisions/'));

describe('a decision', () => {
  it.each(decisions.map((page, index) => [page, String(index + 1).padStart(3, '0')]))(
    '%s is number %s, and says why and what else there was',
    (page, number) => {
      const parts = [...read(page).matchAll(/^\*\*([\w ]+)\.\*\*/gm)].map(([, part]) => part);

      expect(page).toContain(`/${number}-`);
      expect(read(page)).toMatch(new RegExp(`^# ${number}: `));
      expect(parts).toEqual(expect.arrayContaining(['Decision', 'Why', 'Alternatives']));
    },
  );
});
