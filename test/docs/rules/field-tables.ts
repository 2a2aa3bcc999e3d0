import ts from 'typescript';
import type { DocsRule, Repository } from '../repository.ts';
import { codeIn, rowsIn, tablesIn } from '../tables.ts';

/**
 * A table under `<!-- fields of its type -->` lists the fields of that type, no more and no fewer. Every channel has a row with
 * the fields of its events: `| inmesh:circuit | what happened | fields |`.
 */
export const fieldTables: DocsRule = (repository) => [...tables(repository), ...channels(repository)];

function tables(repository: Repository): string[] {
  return repository.packages.flatMap(({ path, readme }) =>
    tablesIn(readme, 'fields').flatMap(({ line, types: [type = ''], rows }) => {
      const fields = fieldsOf(type, repository);
      return difference(
        fields,
        rows.flatMap(([first = '']) => codeIn(first)),
      ).map((problem) => `${path}/README.md:${line}: ${type} ${problem}`);
    }),
  );
}

function channels({ packages, checker }: Repository): string[] {
  return packages.flatMap(({ path, exported }) =>
    exported.flatMap((symbol) => {
      const name = channelOf(symbol.valueDeclaration);
      if (name === undefined) return [];
      const [event] = checker.getTypeArguments(checker.getTypeOfSymbol(symbol) as ts.TypeReference);
      const fields = event?.getProperties().map((field) => field.name) ?? [];
      const said = packages.flatMap((of) => rowsOf(name, of.readme).map((row) => ({ path: of.path, row })));
      return [
        ...(said.some((each) => each.path === path) ? [] : [`${path}/README.md: no row for the channel ${name}`]),
        ...said.flatMap((each) =>
          difference(fields, each.row).map((problem) => `${each.path}/README.md: ${name} ${problem}`),
        ),
      ];
    }),
  );
}

/** The name in `export const someChannel: Channel<SomeEvent> = channel('inmesh:some')`. */
function channelOf(declaration: ts.Declaration | undefined): string | undefined {
  if (declaration === undefined || !ts.isVariableDeclaration(declaration)) return undefined;
  return /channel\('([^']+)'\)/.exec(declaration.initializer?.getText() ?? '')?.[1];
}

/** The fields in each row about this channel, without what is in parentheses behind them. */
function rowsOf(channel: string, text: string): string[][] {
  const rows = rowsIn(text).filter(([first = '']) => codeIn(first)[0] === channel);
  return rows.map((row) => codeIn((row.at(-1) ?? '').replaceAll(/\([^)]*\)/g, '')));
}

function fieldsOf(type: string, { packages, checker }: Repository): string[] {
  const symbol = packages.flatMap(({ exported }) => exported).find(({ name }) => name === type);
  return symbol === undefined
    ? []
    : checker
        .getDeclaredTypeOfSymbol(symbol)
        .getProperties()
        .map(({ name }) => name);
}

function difference(fields: readonly string[], said: readonly string[]): string[] {
  return [
    ...fields.filter((field) => !said.includes(field)).map((field) => `has ${field}, which is not said`),
    ...said.filter((field) => !fields.includes(field)).map((field) => `has no ${field}`),
  ];
}
