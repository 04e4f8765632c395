/**
 * Secrets are planted wherever an application, its environment and the API can put one; then every scenario runs, and everything
 * that telemetry wrote, sent or served is searched for them.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SCENARIOS } from '../compliance/scenarios/index.ts';
import { createCopies } from '../compliance/support/run.ts';
import { type Ended, freePort, ROOT, runNode } from '../helpers/process.ts';

/** Has the form of a field name, so that it could pass for one. */
const CANARY = 'canary_5e1f';
/** Where the canary is planted; each place has a name of its own, which a leak would show. */
const PLACES = [
  'api_key',
  'auth_token',
  'prompt',
  'system',
  'user',
  'header',
  'header_name',
  'query',
  'error',
  'response',
  'tool',
];
const REGISTER = join(ROOT, 'dist/register.mjs');
const CHILD = join(ROOT, 'test/compliance/support/child.ts');
const copies = createCopies();

/** A folder and a script that have the canary in their names. */
function createScript(): { folder: string; script: string } {
  const folder = mkdtempSync(join(tmpdir(), `${CANARY}_cwd-`));
  closing.push(() => rmSync(folder, { recursive: true, force: true }));
  const script = join(folder, `${CANARY}_file.mjs`);
  writeFileSync(
    script,
    `process.title = '${CANARY}_title';\nawait import(${JSON.stringify(pathToFileURL(CHILD))});\n`,
  );
  return { folder, script };
}

/** Spans as OTLP has them, as far as they are read here. */
interface Traces {
  readonly resourceSpans: { readonly scopeSpans: { readonly scope: { readonly name: string } }[] }[];
}

/** What one run of all scenarios gave away. */
interface Outputs extends Ended {
  /** What the collector received, by path. */
  readonly otlp: ReadonlyMap<string, string>;
  /** The pages of `/metrics`. */
  readonly pages: readonly string[];
}

const closing: (() => void)[] = [];
afterAll(() => {
  for (const close of closing) close();
  let bytes = 0;
  let hits = 0;
  for (const { otlp, pages, records, warnings } of runs.values()) {
    const texts = [...otlp.values()].map(withoutToolDescriptions);
    for (const text of [...texts, ...pages, JSON.stringify(records), ...warnings]) {
      bytes += Buffer.byteLength(text);
      hits += leaks(text).length;
    }
  }
  process.stdout.write(
    `canary: ${hits} hits in ${bytes} bytes of metrics, spans, log records and warnings, of ${SCENARIOS.length} scenarios in ${runs.size} ways\n`,
  );
});

async function startCollector(): Promise<{ url: string; otlp: Map<string, string> }> {
  const otlp = new Map<string, string>();
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      otlp.set(request.url ?? '', `${otlp.get(request.url ?? '') ?? ''}${body}\n`);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, otlp };
}

/** Runs every scenario with canaries, under register. */
async function runWithCanaries(env: Readonly<Record<string, string>>): Promise<Outputs> {
  const { url, otlp } = await startCollector();
  const port = await freePort();
  const pages: string[] = [];
  const scrape = setInterval(() => {
    fetch(`http://127.0.0.1:${port}/metrics`)
      .then(async (response) => pages.push(await response.text()))
      .catch(() => {});
  }, 250);
  const { folder, script } = createScript();
  const args = ['register', 'esm', copies, `--api-key=${CANARY}_argv`, `${CANARY}_argument`];
  const variables = {
    CANARY,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_EXPORTER_OTLP_ENDPOINT: url,
    OTEL_EXPORTER_PROMETHEUS_HOST: '127.0.0.1',
    OTEL_EXPORTER_PROMETHEUS_PORT: String(port),
    HTTPS_PROXY: `http://${CANARY}_proxy_user:${CANARY}_proxy_password@127.0.0.1:9`,
    ANTHROPIC_API_KEY: `${CANARY}_env_key`,
    ANTHROPIC_AUTH_TOKEN: `${CANARY}_env_token`,
    MY_SECRET: `${CANARY}_env`,
    [`${CANARY}_variable`]: 'yes',
    ...env,
  };
  const nodeArgs = [`--title=${CANARY}_node_title`, '--import', REGISTER, script, ...args];
  const output = await runNode(nodeArgs, variables, folder);
  clearInterval(scrape);
  return { ...output, otlp, pages };
}

/**
 * Exported spans without what the SDK itself records of a tool: its own spans of tools have the tool's description, with telemetry of this
 * package and without.
 */
function withoutToolDescriptions(traces: string): string {
  return traces.replace(/\{"key":"gen_ai\.tool\.description","value":\{"stringValue":"[^"]*"\}\}/g, '{}');
}

/** The places whose canary is in `text`. */
function leaks(text: string): string[] {
  return [...new Set(text.match(new RegExp(`${CANARY}\\w*`, 'gi')) ?? [])].sort();
}

const WAYS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'by Prometheus': {},
  'by OTLP': {
    OTEL_METRICS_EXPORTER: 'otlp',
    OTEL_METRIC_EXPORT_INTERVAL: '500',
    OTEL_METRIC_EXPORT_TIMEOUT: '500',
  },
};
let runs: ReadonlyMap<string, Outputs>;
let captured: Outputs;

beforeAll(async () => {
  const ways = Object.entries(WAYS);
  const all = ways.map(async ([way, env]) => [way, await runWithCanaries(env)] as const);
  const capturing = runWithCanaries({ ANTHROPIC_OTEL_CAPTURE_CONTENT: 'true' });
  runs = new Map(await Promise.all(all));
  captured = await capturing;
});

describe.each(Object.keys(WAYS))('metrics %s', (way) => {
  const outputs = (): Outputs => runs.get(way) as Outputs;

  test('every scenario ran, with the canaries in what was sent and received', () => {
    expect(outputs().code).toBe(0);
    const lines = outputs()
      .stdout.split('\n')
      .filter((line) => line.startsWith('{"name"'));
    expect(lines).toHaveLength(SCENARIOS.length);
    for (const place of PLACES) expect(outputs().stdout).toContain(`${CANARY}_${place}`);
  });

  test('are in no span, metric or log record that is exported', () => {
    const { otlp, pages } = outputs();
    expect(otlp.get('/v1/traces')).toContain('anthropic.attempt.number');
    expect(otlp.get('/v1/logs')).toContain('anthropic.call');
    // A page that was asked for while the process ended is empty.
    const metrics = way === 'by OTLP' ? otlp.get('/v1/metrics') : pages.join('\n');
    expect(metrics).toMatch(/anthropic[._]client[._]calls/);
    for (const [path, text] of otlp) expect([path, leaks(withoutToolDescriptions(text))]).toEqual([path, []]);
    for (const page of pages) expect(leaks(page)).toEqual([]);
  });

  test('are not in what names the process: its arguments, its file, its folder, its title', () => {
    const { otlp, pages } = outputs();
    const resources = [...otlp.values()].flatMap((text) => text.match(/"resource":\{.*?"scope\w+":/g) ?? []);
    expect(resources.length).toBeGreaterThan(0);
    for (const resource of resources) expect(leaks(resource)).toEqual([]);
    for (const line of pages
      .join('\n')
      .split('\n')
      .filter((each) => each.startsWith('target_info'))) {
      expect(leaks(line)).toEqual([]);
    }
  });

  test('are in no log line and no warning', () => {
    const { records, warnings } = outputs();
    expect(records.length).toBeGreaterThan(SCENARIOS.length);
    expect(leaks(JSON.stringify(records))).toEqual([]);
    expect(leaks(warnings.join('\n'))).toEqual([]);
  });
});

test('the description of a tool is in a span of the SDK, and in none of this package', () => {
  for (const { otlp } of runs.values()) {
    const exports = (otlp.get('/v1/traces') ?? '')
      .split('\n')
      .filter(Boolean)
      .map((text) => JSON.parse(text) as Traces);
    const scopes = exports.flatMap(({ resourceSpans }) =>
      resourceSpans.flatMap(({ scopeSpans }) => scopeSpans),
    );
    const own = scopes.filter(({ scope }) => scope.name === 'anthropic-otel');
    expect(own.length).toBeGreaterThan(0);
    expect(leaks(JSON.stringify(own))).toEqual([]);
  }
});

describe('with content capture', () => {
  test('content is in request_body and error_message of failed calls, and in no other field', () => {
    const { records } = captured;
    const found = new Set<string>();
    for (const record of records) {
      for (const [field, value] of Object.entries(record)) {
        if (leaks(JSON.stringify(value) ?? '').length > 0) found.add(field);
      }
      if (record['outcome'] !== 'error') expect(leaks(JSON.stringify(record))).toEqual([]);
    }
    expect([...found].sort()).toEqual(['error_message', 'request_body']);
  });

  test('keys, headers, queries and the environment stay out of it', () => {
    const places = leaks(JSON.stringify(captured.records)).map((leak) => leak.replace(`${CANARY}_`, ''));
    expect(places).toEqual(expect.arrayContaining(['prompt', 'error']));
    for (const secret of [
      'api_key',
      'auth_token',
      'header',
      'query',
      'env',
      'env_key',
      'proxy_password',
      'url_password',
    ]) {
      expect(places).not.toContain(secret);
    }
  });

  test('spans and metrics have none', () => {
    expect(leaks(withoutToolDescriptions(captured.otlp.get('/v1/traces') ?? ''))).toEqual([]);
    for (const page of captured.pages) expect(leaks(page)).toEqual([]);
  });
});
