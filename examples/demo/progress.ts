import colors from 'picocolors';

import type { Audience } from './play.ts';

/** Shows what happens: on a terminal one line that changes below the faults, else a plain line every two seconds. */
export function liveProgress(titles: Readonly<Record<string, string>>, out: NodeJS.WriteStream): Audience {
  const clear = out.isTTY ? '\r\u001b[K' : '';
  let title = '';
  let saidAt = 0;
  return {
    starting: (way) => {
      title = titles[way] ?? way;
      saidAt = 0;
      out.write(`${clear}${colors.bold(title)}: starts fresh backends\n`);
    },
    progress: (atMs, ended, failed) => {
      const line = `${seconds(atMs)}  ${title}: ${ended} calls ended, ${failed} of them failed`;
      if (out.isTTY) out.write(clear + line);
      else if (atMs - saidAt >= 2_000) {
        saidAt = atMs;
        out.write(`${line}\n`);
      }
    },
    fault: (atMs, text) => {
      out.write(`${clear}${seconds(atMs)}  ${colors.yellow(text)}\n`);
    },
    done: () => {
      out.write(clear);
    },
  };
}

/** Milliseconds as seconds in a column. */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1).padStart(5)} s`;
}
