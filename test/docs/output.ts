/** What an example says that it prints: the comment `// Output:` and the lines after it, at the end of its file. */
export function outputOf(source: string): string | undefined {
  const [, lines] = /^\/\/ Output:\n((?:\/\/.*\n)+)$/m.exec(source) ?? [];
  return lines?.replaceAll(/^\/\/ ?/gm, '');
}

/** What was printed, in the words of what was expected where that leaves something open: `…` is anything within a line. */
export function inWordsOf(expected: string, printed: string): string {
  const wanted = expected.split('\n');
  return printed
    .split('\n')
    .map((line, index) => {
      const pattern = wanted[index] ?? line;
      return leavesOpen(pattern, line) ? pattern : line;
    })
    .join('\n');
}

/** True if the lines stand in the output one after another; `…` alone on a line stands for others between them. */
export function isPartOf(output: string, lines: string): boolean {
  const all = output.split('\n');
  let from = 0;
  for (const passage of lines.trimEnd().split('\n…\n')) {
    const wanted = passage.split('\n');
    from = all.findIndex(
      (_, at) => at >= from && wanted.every((line, index) => leavesOpen(all[at + index] ?? '', line)),
    );
    if (from === -1) return false;
    from += wanted.length;
  }
  return true;
}

function leavesOpen(pattern: string, line: string): boolean {
  const parts = pattern.split('…').map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join('.*')}$`).test(line);
}
