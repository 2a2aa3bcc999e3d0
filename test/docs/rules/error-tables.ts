import ts from 'typescript';
import type { DocsRule, DocumentedPackage, Repository } from '../repository.ts';
import { codeIn, rowsIn } from '../tables.ts';

interface CodedError {
  readonly code: string;
  readonly name: string;
  /** Its own, beside what all errors have. */
  readonly facts: readonly string[];
  readonly of: DocumentedPackage;
}

/** Every error with a code stands in docs/errors.md with its class, package and facts, and in its package's README. */
export const errorTables: DocsRule = (repository) => {
  const errors = repository.packages.flatMap((of) => errorsOf(of, repository));
  const overview = rowsWithCode(repository.tree.read('docs/errors.md'));
  return [
    ...errors.flatMap((error) => inOverview(error, overview)),
    ...errors.flatMap(({ code, name, of }) => {
      const rows = rowsWithCode(of.readme).filter((row) => codeIn(row.join(' ')).includes(code));
      const complete = rows.some((row) => codeIn(row.join(' ')).includes(name));
      return complete ? [] : [`${of.path}/README.md: no row for ${code}, ${name}`];
    }),
    ...unknown('docs/errors.md', overview, errors),
    ...repository.packages.flatMap((of) => {
      const own = errors.filter((error) => error.of === of);
      return unknown(`${of.path}/README.md`, rowsWithCode(of.readme), own);
    }),
  ];
};

function inOverview({ code, name, facts, of }: CodedError, rows: readonly string[][]): string[] {
  const row = rows.find(([first = '']) => codeIn(first).includes(code));
  if (row === undefined) return [`docs/errors.md: no row for ${code}`];
  const wrong = [
    ...(codeIn(row[1] ?? '').includes(name) ? [] : [`is of ${name}`]),
    ...(row[1]?.includes(`../${of.path}/README.md`) === true ? [] : [`is of ${of.path}`]),
    ...facts.filter((fact) => !codeIn(row.at(-1) ?? '').includes(fact)).map((fact) => `has the fact ${fact}`),
  ];
  return wrong.map((problem) => `docs/errors.md: ${code} ${problem}`);
}

function unknown(page: string, rows: readonly string[][], errors: readonly CodedError[]): string[] {
  const codes = rows.flatMap((row) => codeIn(row.slice(0, 2).join(' ')).filter((code) => code.startsWith('ERR_')));
  return codes
    .filter((code) => errors.every((error) => error.code !== code))
    .map((code) => `${page}: there is no ${code}`);
}

/** The rows of tables of errors: those with a code in one of the first two cells. */
const rowsWithCode = (text: string): string[][] =>
  rowsIn(text).filter((row) => codeIn(row.slice(0, 2).join(' ')).some((code) => /^ERR_\w+$/.test(code)));

function errorsOf(of: DocumentedPackage, { checker }: Repository): CodedError[] {
  return of.files.flatMap((file) =>
    file.statements.filter(ts.isClassDeclaration).flatMap((declaration) => {
      const { members } = declaration;
      const code = members.filter(ts.isPropertyDeclaration).find((member) => member.name.getText() === 'code');
      const [, literal] = /^'(\w+)'/.exec(code?.initializer?.getText() ?? '') ?? [];
      if (literal === undefined) return [];
      const facts = members
        .filter((member) => ts.isPropertyDeclaration(member) || ts.isGetAccessor(member))
        .map((member) => member.name.getText())
        .filter((fact) => !['name', 'code'].includes(fact) && !fact.startsWith('#'));
      const name = declaration.name?.text ?? '';
      const isExported = of.exported.some(
        (symbol) => symbol === checker.getSymbolAtLocation(declaration.name ?? declaration),
      );
      return [{ code: literal, name: isExported ? name : `${name}, which is not exported`, facts, of }];
    }),
  );
}
