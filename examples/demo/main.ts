import type { Way } from './client.ts';
import { chart } from './chart.ts';
import { faults } from './faults.ts';
import { help, readOptions, type DemoOptions } from './options.ts';
import { play, type Run } from './play.ts';
import { liveProgress, seconds } from './progress.ts';
import { failureShares, summarize } from './statistics.ts';
import { table } from './table.ts';

const titles: Record<Way, string> = { plain: 'plain fetch', inmesh: 'inmesh', none: 'compose()' };

// Children are ended in a listener of `exit`, which these signals would skip.
process.on('SIGINT', () => process.exit(130));
process.on('SIGTERM', () => process.exit(143));
process.on('SIGHUP', () => process.exit(129));

const options = optionsOrExit(process.argv.slice(2));
const way = options.mesh;
const audience = liveProgress(titles, process.stdout);
const plain = await play('plain', options, audience);
const mesh = await play(way, options, audience);
audience.done();
show();

function optionsOrExit(args: readonly string[]): DemoOptions {
  try {
    return readOptions(args) ?? exit(0, help);
  } catch (error) {
    return exit(2, `${error instanceof Error ? error.message : String(error)}\n--help tells the options.`);
  }
}

function exit(code: number, text: string): never {
  if (code === 0) console.log(text);
  else console.error(text);
  process.exit(code);
}

function show(): void {
  const runs = [
    { label: titles.plain, run: plain },
    { label: titles[way], run: mesh },
  ];
  const lines = runs.map(({ label, run }) => ({ label, shares: failureShares(run.results, options.seconds) }));
  console.log(`\n${table(runs)}\n\nFailures second by second:\n`);
  console.log(chart(faults(options.seconds), lines, options.seconds));
  console.log(`\nWhat ${titles[way]} saw:\n\n${sights(mesh)}\n`);
  const won = beats(mesh, plain);
  console.log(`${titles[way]} ${won ? 'beat' : 'did not beat'} plain fetch on success rate and p99.`);
  process.exitCode = won ? 0 : 1;
}

function sights({ events }: Run): string {
  return events.map(({ at, origin, text }) => `${seconds(at)}  ${origin} ${text}`).join('\n') || '  nothing';
}

function beats(one: Run, other: Run): boolean {
  const ours = summarize(one.results);
  const theirs = summarize(other.results);
  return ours.successRate > theirs.successRate && ours.p99 < theirs.p99;
}
