import type { Fault } from './fault.ts';
import type { Subject } from './subject.ts';

/** The rows of the table of faults, as the README has them. */
export function tableOf(faults: readonly Fault[], peers: readonly Subject[]): string {
  const rows = faults.map(({ fault, wrong, reports, inmesh }) => {
    const has = peers.filter(({ name }) => wrong[name] !== undefined);
    const unreported = has.length > 0 ? 'seen here' : 'home-made ones have it';
    return `| ${fault} | ${versions(has) || 'none of these'} | ${reports.map(link).join(', ') || unreported} | ${inmesh} |`;
  });
  return ['| a breaker that … | is that of | reported in | inmesh |', '|---|---|---|---|', ...rows].join('\n');
}

/** `opossum 9.0.0, 10.0.0; cockatiel 3.2.1`. */
function versions(peers: readonly Subject[]): string {
  const names = [...new Set(peers.map(({ name }) => name))];
  const of = (wanted: string) => peers.filter(({ name }) => name === wanted).map(({ version }) => version);
  return names.map((name) => `${name} ${of(name).join(', ')}`).join('; ');
}

function link(report: string): string {
  const [repository, number] = report.split('#');
  return `[${report}](https://github.com/${repository}/issues/${number})`;
}
