import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { Extractor, ExtractorConfig, ExtractorLogLevel, type IConfigFile } from '@microsoft/api-extractor';

type Exports = Readonly<Record<string, string | { readonly import: { readonly types: string } }>>;

/** Where what users see of a package is written down: a file for each entry of its exports. */
const filed = /^[^/]+\/api\/[^/]+\.api\.md$/;

/** What differs between the API as it is and as it is written in `packages/<name>/api`. */
export async function api(root: string, installed: string, update = false): Promise<string[]> {
  const packages = join(root, 'packages');
  const found = await reportsOf(join(installed, '@inmesh'));
  const written = (await readdir(packages, { recursive: true })).filter((path) => filed.test(path)).sort();
  const problems: string[] = [];
  for (const path of written.filter((file) => !found.has(file))) {
    if (update) await rm(join(packages, path));
    else problems.push(`packages/${path}: there is no such entry: npm run api`);
  }
  for (const [path, report] of found) {
    const file = join(packages, path);
    const before = written.includes(path) ? await readFile(file, 'utf8') : '';
    if (before === report) continue;
    if (update) await mkdir(dirname(file), { recursive: true }).then(() => writeFile(file, report));
    else if (before === '') problems.push(`packages/${path}: is not there: npm run api`);
    else problems.push(`packages/${path}: the API is another: npm run api\n${changed(before, report)}`);
  }
  return problems;
}

/** The report of each entry of each package, by its path in the folder of packages. */
async function reportsOf(scope: string): Promise<ReadonlyMap<string, string>> {
  const reports = new Map<string, string>();
  const temporary = await mkdtemp(join(tmpdir(), 'inmesh-api-'));
  for (const name of (await readdir(scope)).sort()) {
    const { exports } = JSON.parse(await readFile(join(scope, name, 'package.json'), 'utf8')) as { exports: Exports };
    const entries = Object.values(exports).flatMap((entry) => (typeof entry === 'string' ? [] : [entry.import.types]));
    let main: string | undefined;
    for (const entry of entries) {
      const path = `${name}/api/${basename(entry, '.d.ts')}.api.md`;
      const report = await reportOf(join(scope, name), entry, join(temporary, path));
      reports.set(path, main === undefined ? report : withoutThatOf(main, report));
      main ??= report;
    }
  }
  await rm(temporary, { recursive: true });
  return reports;
}

/** A subpath's report without the types that it needs and the main entry's has: else a change of one would be in all of them. */
function withoutThatOf(main: string, report: string): string {
  const said = new Set(main.split('\n\n').map((part) => part.replace('\nexport ', '\n')));
  return report
    .split('\n\n')
    .filter((part) => !part.startsWith('// @') || !said.has(part))
    .join('\n\n');
}

async function reportOf(folder: string, entry: string, report: string): Promise<string> {
  const reportFolder = dirname(report);
  await mkdir(reportFolder, { recursive: true });
  const configObject: IConfigFile = {
    projectFolder: folder,
    mainEntryPointFilePath: join(folder, entry),
    newlineKind: 'lf',
    apiReport: {
      enabled: true,
      includeForgottenExports: true,
      reportFileName: basename(report),
      reportFolder,
      reportTempFolder: join(reportFolder, 'temp'),
    },
    docModel: { enabled: false },
    dtsRollup: { enabled: false },
    tsdocMetadata: { enabled: false },
    compiler: { overrideTsconfig: { compilerOptions, files: [entry] } },
    messages: {
      compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.Error } },
      // No release tags: all that is exported is public. Types that it needs and that stay unexported are in the report too.
      extractorMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
      tsdocMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
    },
  };
  const packageJsonFullPath = join(folder, 'package.json');
  const config = ExtractorConfig.prepare({ configObject, configObjectFullPath: undefined, packageJsonFullPath });
  const { errorCount } = Extractor.invoke(config, {
    localBuild: true,
    messageCallback: (message) => {
      message.handled = message.logLevel !== ExtractorLogLevel.Error;
    },
  });
  if (errorCount > 0) throw new Error(`${folder}: the declarations of ${entry} do not compile`);
  return readFile(report, 'utf8');
}

const compilerOptions = {
  target: 'ES2022',
  module: 'NodeNext',
  moduleResolution: 'NodeNext',
  lib: ['ES2022', 'WebWorker'],
  types: [],
  strict: true,
  skipLibCheck: true,
};

/** The lines that only one of two texts has. */
function changed(before: string, after: string): string {
  const [old, now] = [before.split('\n'), after.split('\n')];
  const gone = old.filter((line) => !now.includes(line)).map((line) => `  - ${line}`);
  const come = now.filter((line) => !old.includes(line)).map((line) => `  + ${line}`);
  return [...gone, ...come].join('\n');
}
