import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { problemsOf } from './workflows.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const inFolder = (folder: string): string[] => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`);

describe('a workflow', () => {
  it.each(inFolder('.github/workflows'))('%s runs only what is pinned, with no right it does not need', (path) => {
    expect(problemsOf(read(path))).toEqual([]);
  });

  it('is found careless', () => {
    expect(problemsOf(read('test/docs/fixtures/workflows/careless.yml'))).toEqual([
      'permissions: {} is not at its top',
      'on: pull_request_target',
      'test: no timeout-minutes',
      'test: checkout keeps credentials that nothing needs',
      'test: may sign and does not publish',
      'test: runs echo "${{ github.event.pull_request.title }}"',
      'build: permissions: write-all, which is more than it needs',
      'actions/checkout@v5: not pinned by its hash',
      'actions/setup-node@a0853c24544627f65ddf259abe73b1d18a591444: no version in a comment',
      'actions/cache@0400d5f: not pinned by its hash',
    ]);
  });

  it('uses one version of an action everywhere', () => {
    const used = inFolder('.github/workflows').flatMap((path) => read(path).match(/uses: .*/g) ?? []);
    const actions = new Set(used.map((line) => line.split('@')[0]));
    expect(new Set(used).size).toBe(actions.size);
  });

  it('runs the pnpm of the workspace', () => {
    const setup = /pnpm@[\d.]+/.exec(read('package.json'))?.[0];
    const used = inFolder('.github/workflows').flatMap((path) => read(path).match(/pnpm@[\d.]+/g) ?? []);
    expect(new Set(used)).toEqual(new Set([setup]));
  });
});

interface Form {
  readonly name: string;
  readonly description: string;
  readonly body: readonly {
    readonly type: string;
    readonly id: string;
    readonly attributes: { readonly label: string };
  }[];
}

const forms = inFolder('.github/ISSUE_TEMPLATE').filter((path) => !path.endsWith('/config.yml'));

describe('an issue form', () => {
  it.each(forms)('%s asks questions that GitHub understands', (path) => {
    const { name, description, body } = parse(read(path)) as Form;
    expect([name, description].every((text) => text.length > 0)).toBe(true);
    expect(body.every(({ type, attributes }) => ['input', 'textarea'].includes(type) && attributes.label !== '')).toBe(
      true,
    );
    expect(new Set(body.map(({ id }) => id)).size).toBe(body.length);
  });
});

describe('the pull request template', () => {
  it('names only what is there', () => {
    const names = [...read('.github/pull_request_template.md').matchAll(/`((?:docs|npm)[^`]*)`/g)].map(
      ([, name = '']) => name,
    );
    const scripts = (JSON.parse(read('package.json')) as { scripts: Readonly<Record<string, string>> }).scripts;
    const isThere = (name: string) =>
      name.startsWith('npm ') ? scripts[name.replace(/^npm (run )?/, '')] !== undefined : existsSync(join(root, name));
    expect(names.filter((name) => !isThere(name))).toEqual([]);
  });
});
