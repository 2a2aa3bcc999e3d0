import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [time: number, value: string];
}

/** A Prometheus of our own, on a port and with data of its own. */
export interface PrometheusServer {
  /** What it answers to an instant query. */
  query(promql: string): Promise<readonly Sample[]>;
  /** Aborts when it is gone. */
  readonly signal: AbortSignal;
  /** Ends it and waits until it is gone, with its data. */
  stop(): Promise<void>;
}

/** Starts a Prometheus that reads `127.0.0.1:port/metrics` twice a second. */
export async function startPrometheus(port: number): Promise<PrometheusServer> {
  const folder = mkdtempSync(join(tmpdir(), 'inmesh-prometheus-'));
  const config = join(folder, 'prometheus.yml');
  writeFileSync(config, JSON.stringify(scraping(port))); // JSON is YAML too
  const child = spawn(
    'prometheus',
    [`--config.file=${config}`, `--storage.tsdb.path=${join(folder, 'data')}`, '--web.listen-address=127.0.0.1:0'],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const running = new AbortController();
  const gone = once(child, 'exit').then(() => {
    running.abort(new Error('prometheus ended'));
  });

  async function stop(): Promise<void> {
    child.kill('SIGTERM');
    await gone;
    process.off('exit', kill);
    rmSync(folder, { recursive: true });
  }

  try {
    const address = await addressIn(child.stderr);
    return {
      signal: running.signal,
      stop,
      async query(promql) {
        const response = await fetch(`http://${address}/api/v1/query?query=${encodeURIComponent(promql)}`);
        const answer = (await response.json()) as Answer;
        if (answer.status !== 'success') throw new Error(`${promql}: ${answer.error}`);
        return answer.data.result;
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

type Answer =
  | { readonly status: 'success'; readonly data: { readonly result: readonly Sample[] } }
  | { readonly status: 'error'; readonly error: string };

const scraping = (port: number) => ({
  global: { scrape_interval: '500ms', scrape_timeout: '500ms' },
  scrape_configs: [{ job_name: 'inmesh', static_configs: [{ targets: [`127.0.0.1:${port}`] }] }],
});

/** Where it says that it listens. Its log is read on to the end: a program whose log nobody reads is ended. */
function addressIn(log: NodeJS.ReadableStream): Promise<string> {
  let said = '';
  return new Promise((resolve, reject) => {
    log.setEncoding('utf8').on('data', (chunk: string) => {
      said += chunk;
      const address = /msg="Listening on" address=(\S+)/.exec(said)?.[1];
      if (address !== undefined) resolve(address);
    });
    log.on('end', () => {
      reject(new Error(`prometheus ended before it listened:\n${said}`));
    });
  });
}
