/** A table in a page, under a comment that says what it lists: `<!-- options of RetryOptions -->`. */
export interface Table {
  readonly line: number;
  /** What the comment names: one type or several. */
  readonly types: readonly string[];
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The tables of a text under a comment `<!-- options of … -->` or `<!-- fields of … -->`. */
export function tablesIn(text: string, what: 'options' | 'fields'): Table[] {
  const tables = text.matchAll(new RegExp(`^<!-- ${what} of ([\\w, ]+) -->\\n+((?:\\|.*\\n)+)`, 'gm'));
  return [...tables].map(({ 1: types = '', 2: table = '', index }) => {
    const [columns = [], , ...rows] = table.trimEnd().split('\n').map(cellsOf);
    return { line: text.slice(0, index).split('\n').length, types: types.split(', '), columns, rows };
  });
}

/** The cells of every row of every table in a text. */
export function rowsIn(text: string): string[][] {
  return [...text.matchAll(/^\|.*\|$/gm)].map(([row]) => cellsOf(row));
}

/** What stands in a cell as code: `` `a`, `b` `` is a and b. */
export function codeIn(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
}

const cellsOf = (row: string): string[] =>
  row
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim());
