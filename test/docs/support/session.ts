/** Runs the blocks of one page, one after the other, in a folder of their own. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import type { AnthropicServer } from '../../../src/testing/index.ts';
import { startGrafanaApi } from '../../cli/support/grafana-api.ts';
import { startStack, until } from '../../cli/support/stack.ts';
import {
  createApp,
  type Ended,
  freePort,
  ROOT,
  start,
  startApi,
  startCollector,
} from '../../helpers/process.ts';
import type { Block } from './blocks.ts';

/** The application that a page starts without showing it. */
const APP = `import Anthropic from '@anthropic-ai/sdk';
const client = new Anthropic();
await client.messages.create({ model: 'claude-sonnet-5-5', max_tokens: 9, messages: [{ role: 'user', content: 'Hello' }] });
`;

const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

/** What is run in the repository itself, by hand and by `.ci/run`: here, that it is there. */
function isOfRepository(command: string): boolean {
  const name = /^npm run ([\w:-]+)/.exec(command)?.[1] ?? (/^npm test\b/.test(command) ? 'test' : undefined);
  if (name !== undefined) return name in scripts;
  const file =
    /^npx vitest run (\S+)$/.exec(command)?.[1] ?? /^node (examples\/run\.mjs) \S+$/.exec(command)?.[1];
  return command === 'npm ci' || (file !== undefined && existsSync(join(ROOT, file)));
}

/** A folder in which the packages of the repository are installed, and the API and a collector that its applications find. */
export class Session {
  readonly folder: string;
  readonly #api: AnthropicServer;
  readonly #collector: Awaited<ReturnType<typeof startCollector>>;
  #count = 0;
  #stack: { folder: string; addresses: Readonly<Record<string, string>> } | undefined;

  private constructor(
    folder: string,
    api: AnthropicServer,
    collector: Awaited<ReturnType<typeof startCollector>>,
  ) {
    this.folder = folder;
    this.#api = api;
    this.#collector = collector;
  }

  static async open(): Promise<Session> {
    const folder = createApp({ 'package.json': '{"type":"module"}', 'app.js': APP });
    return new Session(folder, await startApi(), await startCollector());
  }

  /** Writes a program under the name in its first line, as in `// app.js`; one without a name is run at once. */
  async program({ language, preamble, text }: Block): Promise<string | undefined> {
    const name = /^\/\/ ([\w.-]+\.[cm]?[jt]s)\b/.exec(text)?.[1];
    const file = name ?? `block-${++this.#count}.${language === 'ts' ? 'ts' : 'mjs'}`;
    writeFileSync(join(this.folder, file), `${preamble}\n${text}`);
    return name ? undefined : this.command(`node ${file}`);
  }

  /** Runs a command line. @returns what is wrong with it, if anything is */
  async command(line: string): Promise<string | undefined> {
    if (line.includes(' && ')) {
      for (const part of line.split(' && ')) {
        const problem = await this.command(part);
        if (problem) return problem;
      }
      return undefined;
    }
    if (isOfRepository(line)) return undefined;
    const install = /^npm install (.*)$/.exec(line)?.[1];
    if (install) return this.#installed(install.split(' ').filter((word) => !word.startsWith('-')));
    const [, assignments = '', program = '', rest = ''] = /^((?:\w+=\S+ )*)(\S+) ?(.*)$/.exec(line) ?? [];
    const env = Object.fromEntries(
      assignments
        .trim()
        .split(' ')
        .filter(Boolean)
        .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
    );
    if (program === 'node') return this.#node(rest.split(' '), env);
    const [command, ...args] = rest.split(' ');
    if (program === 'npx' && command === 'anthropic-otel') {
      if (['doctor', 'simulate', 'push'].includes(args[0] ?? '')) return this.#operate(args, env);
      return this.#node([join(ROOT, 'dist/cli/cli.mjs'), ...args], env);
    }
    return `no way to run: ${line}`;
  }

  /** Runs a command on a running stack, at whose addresses it stands in for those of the page. */
  async #operate(
    args: readonly string[],
    env: Readonly<Record<string, string>>,
  ): Promise<string | undefined> {
    const { folder, addresses } = await this.#startStack();
    const moved = args.map((word) => addresses[word] ?? word);
    const running = start(folder, [join(ROOT, 'dist/cli/cli.mjs'), ...moved], env);
    if (args[0] === 'simulate' && !args.includes('--listen')) {
      // The alerts fire for a minute, or until Ctrl-C.
      await running.printed(' goes to ').catch(() => {});
      running.kill('SIGINT');
    }
    return describe(args, await running.ended);
  }

  /** Prometheus, Alertmanager, an application and a Grafana, and the addresses that they have instead of the usual ones. */
  async #startStack(): Promise<{ folder: string; addresses: Readonly<Record<string, string>> }> {
    if (this.#stack) return this.#stack;
    const stack = await startStack();
    onTestFinished(() => stack[Symbol.asyncDispose]());
    const simulated = `127.0.0.1:${await freePort()}`;
    const jobs = stack.prometheusConfig['scrape_configs'] as object[];
    const job = { job_name: 'anthropic-otel-simulation', static_configs: [{ targets: [simulated] }] };
    await stack.prometheus.configure({ ...stack.prometheusConfig, scrape_configs: [...jobs, job] });
    await until(async () => (await stack.prometheus.number('anthropic_client_start_time')) > 0);
    await until(() => stack.webhook.notifications.some(({ alert }) => alert === 'AnthropicWatchdog'));
    this.#stack = {
      folder: stack.folder,
      addresses: {
        'http://localhost:9464/metrics': stack.metrics,
        'http://localhost:9090': stack.prometheus.url,
        'http://localhost:9093': stack.alertmanager.url,
        'localhost:9465': simulated,
        'https://grafana.example.com': (await startGrafanaApi()).url,
      },
    };
    return this.#stack;
  }

  #installed(names: readonly string[]): string | undefined {
    const missing = names.filter((name) => !existsSync(join(this.folder, 'node_modules', name)));
    return missing.length > 0 ? `not installed: ${missing.join(', ')}` : undefined;
  }

  async #node(args: readonly string[], env: Readonly<Record<string, string>>): Promise<string | undefined> {
    const port = String(await freePort());
    const sent = JSON.stringify(Object.values(env)).includes('localhost:4318');
    const moved = Object.entries(env).map(([name, value]) => [
      name,
      value.replace('http://localhost:4318', this.#collector.url),
    ]);
    const app = start(this.folder, args, {
      ANTHROPIC_BASE_URL: this.#api.url,
      OTEL_EXPORTER_PROMETHEUS_PORT: String(await freePort()),
      PORT: port,
      ...(Object.fromEntries(moved) as Record<string, string>),
    });
    const server = args.some((name) => this.#isServer(name));
    if (server) {
      const url = `http://127.0.0.1:${port}/`;
      let up = false;
      for (let tries = 0; tries < 100 && !up; tries++) {
        up = await fetch(url).then(
          (response) => response.ok,
          () => false,
        );
        await sleep(100);
      }
      app.kill('SIGTERM');
      await app.ended;
      return up ? undefined : `does not listen: ${args.join(' ')}`;
    }
    const ended = await app.ended;
    if (sent && !this.#collector.received.has('/v1/metrics')) return 'no metrics arrived by OTLP';
    return describe(args, ended);
  }

  #isServer(name: string): boolean {
    const path = join(this.folder, name);
    return /\.[cm]?[jt]s$/.test(name) && existsSync(path) && readFileSync(path, 'utf8').includes('.listen(');
  }
}

function describe(args: readonly string[], { code, signal, stderr, stdout }: Ended): string | undefined {
  if (code === 0) return undefined;
  return `${args.join(' ')} ended with ${code ?? signal}:\n${stdout.slice(-500)}${stderr.slice(-1500)}`;
}

/** Runs a program of the Prometheus tools. @returns what it objects to */
export function checkWith(program: string, args: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = execFile(program, [...args], (error, stdout, stderr) => {
      resolve(error ? `${stdout}${stderr}` : undefined);
    });
    onTestFinished(() => void child.kill());
  });
}
