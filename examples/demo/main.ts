import type { Way } from './client.ts';
import { chart } from './chart.ts';
import { faults } from './faults.ts';
import type { Summary } from './meters.ts';
import { help, readOptions, type DemoOptions } from './options.ts';
import { Play, type Run } from './play.ts';
import { liveProgress, seconds } from './progress.ts';
import { table } from './table.ts';

const titles: Record<Way, string> = { plain: 'plain fetch', inmesh: 'inmesh', none: 'compose()' };

let serving = false;
// Children are ended in a listener of `exit`, which these signals would skip.
process.on('SIGINT', () => (serving ? exit(0, '') : process.exit(130)));
process.on('SIGTERM', () => process.exit(143));
process.on('SIGHUP', () => process.exit(129));

const options = optionsOrExit(process.argv.slice(2));
const way = options.mesh;
const audience = liveProgress(titles, process.stdout);
const first = await Play.prepare('plain', options, audience);
const plain = await first.once();
await first.end();
const second = await Play.prepare(way, options, audience);
const mesh = await second.once();
audience.done();
show();
if (options.serve) await goOn(second);
await second.end();

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
  const lines = runs.map(({ label, run }) => ({ label, shares: run.failureShares }));
  console.log(`\n${table(runs)}\n\nFailures second by second:\n`);
  console.log(chart(faults(options.seconds), lines, options.seconds));
  console.log(`\nWhat ${titles[way]} saw:\n\n${sights(mesh)}\n`);
  const won = beats(mesh.summary, plain.summary);
  console.log(`${titles[way]} ${won ? 'beat' : 'did not beat'} plain fetch on success rate and p99.`);
  process.exitCode = won ? 0 : 1;
}

function sights({ events }: Run): string {
  return events.map(({ at, origin, text }) => `${seconds(at)}  ${origin} ${text}`).join('\n') || '  nothing';
}

function beats(ours: Summary, theirs: Summary): boolean {
  return ours.successRate > theirs.successRate && ours.p99 < theirs.p99;
}

/** The same again and again, to be watched. */
async function goOn(play: Play): Promise<never> {
  serving = true;
  console.log(`\nGoes on with ${titles[way]} until Ctrl-C. The backends:\n`);
  for (const [name, origin] of play.addresses) console.log(`  ${name} ${origin}`);
  console.log(`\nmetrics: ${await play.serveMetrics()}\n`);
  for (;;) await play.once();
}
