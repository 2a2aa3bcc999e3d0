import { describe, expect, it } from 'vitest';
import { fencesIn, isThere, pages, read } from './markdown.ts';
import { isProgram } from './programs.ts';

const fences = pages.flatMap((page) => fencesIn(page, read(page)));
const inLanguage = (...languages: string[]) => fences.filter(({ language }) => languages.includes(language));
const { scripts } = JSON.parse(read('package.json')) as { readonly scripts: Readonly<Record<string, string>> };

/** The commands of a block of shell that are ours to keep: npm's scripts and our packages. */
function staleCommands(code: string): string[] {
  const script = [...code.matchAll(/\bnpm (?:run )?(?:-s )?([\w:]+)/g)].map(([, name = '']) => name);
  const ours = [...code.matchAll(/@inmesh\/([\w-]+)/g)].map(([, name = '']) => name);
  return [
    ...script.filter(
      (name) => !['install', 'init', 'ls', 'view', 'audit'].includes(name) && scripts[name] === undefined,
    ),
    ...ours.filter((name) => !isThere(`packages/${name}/package.json`)),
  ];
}

describe('a block of code in a page', () => {
  it('is in a language that a test here reads', () => {
    const known = ['ts', 'sh', 'text', 'mermaid', 'md', 'diff']; // of which `diff` is in the page that test/mutations writes
    expect(fences.filter(({ language }) => !known.includes(language))).toEqual([]);
  });

  it.each(inLanguage('sh'))('$page:$line runs scripts and installs packages that there are', ({ code }) => {
    expect(staleCommands(code)).toEqual([]);
  });

  it.each(inLanguage('text'))('$page:$line says what it is the output of, below a program', ({ above }) => {
    expect(above).not.toBe('end of ts');
  });

  it.each(inLanguage('ts'))('$page:$line is of a program that a test runs', ({ above }) => {
    const [, path = ''] = /^<!-- (\S+)#\S+ -->$/.exec(above) ?? [];
    expect(isProgram(path) || isThere(`test/examples/${path.split('/')[1]}.test.ts`)).toBe(true);
  });
});

describe('staleCommands', () => {
  it('finds scripts and packages that are gone', () => {
    const code = 'npm test\nnpm run gone\nnpm install @inmesh/core @inmesh/lost\nnpx pnpm@12 -r pack\n';
    expect(staleCommands(code)).toEqual(['gone', 'lost']);
  });
});

describe('fencesIn', () => {
  it('reads the language, the code and the line above', () => {
    const text = 'Text.\n```sh\nnpm test\n```\n\n```\nbare\n```\n';
    expect(fencesIn('page.md', text)).toEqual([
      { page: 'page.md', line: 2, language: 'sh', code: 'npm test\n', above: 'Text.' },
      { page: 'page.md', line: 6, language: '', code: 'bare\n', above: 'end of sh' },
    ]);
  });
});
