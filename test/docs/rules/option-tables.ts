import { says } from '../defaults.ts';
import { type OptionsType, optionsTypeOf, optionsTypes } from '../options.ts';
import type { DocsRule, Repository } from '../repository.ts';
import { codeIn, type Table, tablesIn } from '../tables.ts';

/** What a README says of an option. */
interface Said {
  readonly place: string;
  /** The types it may be of. */
  readonly types: readonly string[];
  readonly name: string;
  /** Undefined where the table has no such column. */
  readonly initial: string | undefined;
}

/** Every option is in a table of a README under `<!-- options of its type -->`, with its default, and no other is. */
export const optionTables: DocsRule = (repository) => {
  const types = optionsTypes(repository);
  const said = repository.packages.flatMap(({ path, readme }) =>
    tablesIn(readme, 'options').flatMap((table) => saidIn(table, `${path}/README.md:${table.line}`, repository)),
  );
  return [...types.flatMap((type) => problemsOf(type, said, repository)), ...stale(said, types)];
};

function problemsOf(
  { name: type, of, options }: OptionsType,
  said: readonly Said[],
  { checker }: Repository,
): string[] {
  return options.flatMap(({ name, initial, required }) => {
    const rows = said.filter((row) => row.name === name && row.types.includes(type));
    if (rows.length === 0) return [`${of.path}/README.md: no row for ${type}.${name}`];
    return rows.flatMap((row) => {
      const holds = required ? row.initial === 'required' : says(row.initial ?? '', initial, checker);
      if (row.initial === undefined || holds) return [];
      const truth = required ? 'required' : (initial?.getText() ?? 'none');
      return [`${row.place}: ${type}.${name} is said to default to ${row.initial || 'nothing'}, not ${truth}`];
    });
  });
}

function stale(said: readonly Said[], types: readonly OptionsType[]): string[] {
  const exists = ({ name, types: named }: Said) =>
    types.some((type) => named.includes(type.name) && type.options.some((option) => option.name === name));
  return said
    .filter((row) => !exists(row))
    .map(({ place, types: named, name }) => `${place}: ${named.join(', ')} has no ${name}`);
}

/**
 * A row is of one option, of several that share a default or have one each, or of a function and its options, as in
 * `exponential({ baseMs, maxMs })`; one of a function without options is none of ours.
 */
function saidIn({ types, columns, rows }: Table, place: string, repository: Repository): Said[] {
  const column = columns.indexOf('default');
  return rows.flatMap(([first = '', ...others]) => {
    const call = /^`(?:\w+\.)?(\w+)\((.*)\)`$/.exec(first);
    const [, inside] = /\{ ([\w, ]+) \}/.exec(call?.[2] ?? '') ?? [];
    const names = call === null ? codeIn(first) : (inside?.split(', ') ?? []);
    const own = call === null ? undefined : optionsTypeOf(call[1] ?? '', repository);
    const initial = column === -1 ? undefined : (others[column - 1] ?? '');
    const parts = initial?.split(/, (?!or)/) ?? [];
    return names.map((name, index) => ({
      place,
      name,
      types: own === undefined ? types : [own],
      initial: parts.length === names.length ? parts[index] : initial,
    }));
  });
}
