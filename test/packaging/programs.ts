import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import ts from 'typescript';

import { blocksIn, pages, read } from '../docs/markdown.ts';

const shown = pages.filter((page) => /^(README\.md|packages\/[^/]+\/README\.md|docs\/[^/]+\.md)$/.test(page));
const named = new Set(shown.flatMap((page) => blocksIn(page, read(page))).map(({ file = '' }) => file));

/** The programs that our pages show, but for those that want somebody's client. */
export const programs: readonly string[] = [...named].filter((path) => !path.startsWith('examples/clients/'));

/** Writes the programs, and what they import of each other, as JavaScript into a project of ES modules or CommonJS. */
export async function writePrograms(project: string, type: 'module' | 'commonjs'): Promise<void> {
  await mkdir(project, { recursive: true });
  await writeFile(join(project, 'package.json'), JSON.stringify({ private: true, type }));
  for (const path of new Set(programs.flatMap((program) => [program, ...importsOf(program)]))) {
    const target = join(project, compiled(path));
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, type === 'module' ? asModule(read(path)) : asScript(read(path)));
  }
}

/** The name of the file that is written for a file of TypeScript. */
export const compiled = (path: string): string => path.replace(/\.ts$/, '.js');

function importsOf(program: string): string[] {
  return [...read(program).matchAll(/ from '(\.\/[^']+)';$/gm)].map(([, name = '']) => join(dirname(program), name));
}

const asModule = (source: string): string => translate(source, ts.ModuleKind.ESNext);

/** A program waits at its top level, which CommonJS cannot; a module that others import does not. */
function asScript(source: string): string {
  const code = translate(source, ts.ModuleKind.CommonJS);
  return /^export /m.test(source) ? code : `(async () => {\n${code}\n})();\n`;
}

const translate = (source: string, module: ts.ModuleKind): string =>
  ts.transpileModule(source, {
    compilerOptions: {
      module,
      target: ts.ScriptTarget.ES2022,
      esModuleInterop: true,
      rewriteRelativeImportExtensions: true,
    },
  }).outputText;
