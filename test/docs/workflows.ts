import { isScalar, parseDocument, visit } from 'yaml';

interface Workflow {
  readonly on: unknown;
  readonly permissions?: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}

interface Job {
  readonly permissions?: Readonly<Record<string, string>> | string;
  readonly 'timeout-minutes'?: number;
  readonly steps: readonly Step[];
}

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

/** What is wrong with a workflow of GitHub's, one line each: it runs only what was looked at, with no right it does not need. */
export function problemsOf(text: string): string[] {
  const { on, permissions, jobs } = parseDocument(text).toJS() as Workflow;
  return [
    ...(JSON.stringify(permissions) === '{}' ? [] : ['permissions: {} is not at its top']),
    ...(JSON.stringify(on).includes('pull_request_target') ? ['on: pull_request_target'] : []),
    ...Object.entries(jobs).flatMap(([name, job]) => problemsOfJob(job).map((problem) => `${name}: ${problem}`)),
    ...problemsOfActions(text),
  ];
}

function problemsOfJob({ permissions, steps, ...job }: Job): string[] {
  if (typeof permissions === 'string') return [`permissions: ${permissions}, which is more than it needs`];
  const scripts = steps.flatMap(({ run }) => run ?? []);
  const keeps = steps.some(({ uses, with: given }) => isCheckout(uses) && given?.['persist-credentials'] !== false);
  return [
    ...(permissions === undefined ? ['no permissions'] : []),
    ...(job['timeout-minutes'] === undefined ? ['no timeout-minutes'] : []),
    ...(keeps && permissions?.['contents'] !== 'write' ? ['checkout keeps credentials that nothing needs'] : []),
    ...(permissions?.['id-token'] === 'write' && !scripts.some((run) => / publish\b/.test(run))
      ? ['may sign and does not publish']
      : []),
    // What an outsider may have written goes into a script through `env`, or it would be run.
    ...scripts.filter((run) => run.includes('${{')).map((run) => `runs ${run.trim()}`),
  ];
}

const isCheckout = (uses = ''): boolean => uses.startsWith('actions/checkout@');

/** Actions are named by their whole hash, with the version in a comment behind it. */
function problemsOfActions(text: string): string[] {
  const problems: string[] = [];
  visit(parseDocument(text), {
    Pair(_, { key, value }) {
      if (!isScalar(key) || key.value !== 'uses' || !isScalar(value)) return;
      const action = String(value.value);
      if (!/^[\w./-]+@[0-9a-f]{40}$/.test(action)) problems.push(`${action}: not pinned by its hash`);
      else if (!/^ v\d+\.\d+\.\d+$/.test(value.comment ?? '')) problems.push(`${action}: no version in a comment`);
    },
  });
  return problems;
}
