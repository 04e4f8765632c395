/** Reads a page of Prometheus's text format, as strictly as the format is. */
import { setTimeout as sleep } from 'node:timers/promises';

/** A series and its value. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/**
 * The samples of a page.
 * @throws an Error for a line that is not of the format, a family that comes twice, a sample outside of its family, and a
 * series that comes twice
 */
export function parsePage(text: string): Sample[] {
  const families = new Set<string>();
  const series = new Set<string>();
  const samples: Sample[] = [];
  let family = '';
  for (const line of text.split('\n').filter(Boolean)) {
    const [, type] = /^# TYPE (\w+) (?:counter|gauge|histogram|untyped)$/.exec(line) ?? [];
    if (type) {
      if (families.has(type)) throw new Error(`twice: ${line}`);
      families.add(type);
      family = type;
      continue;
    }
    if (line.startsWith('#')) continue;
    const [, name = '', braces = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    const pairs = [...braces.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"(?:,|$)/g)];
    if (value === undefined || pairs.map(([pair]) => pair).join('') !== braces) throw new Error(line);
    if (name.replace(/_(bucket|sum|count)$/, '') !== family && name !== family) {
      throw new Error(`outside of its family: ${line}`);
    }
    const labels = Object.fromEntries(pairs.map(([, key, text]) => [key, text]));
    if (Object.keys(labels).length !== pairs.length) throw new Error(`a label twice: ${line}`);
    const key = `${name}${JSON.stringify(Object.entries(labels).sort())}`;
    if (series.has(key)) throw new Error(`twice: ${line}`);
    series.add(key);
    samples.push({
      name,
      labels: labels as Record<string, string>,
      value: Number(value.replace('Inf', 'Infinity')),
    });
  }
  return samples;
}

/** The page at a port, or `undefined` where none is served. */
export async function scrape(port: number): Promise<string | undefined> {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`, {
    headers: { connection: 'close' },
    signal: AbortSignal.timeout(10_000),
  }).catch(() => undefined);
  return response?.status === 200 ? response.text() : undefined;
}

/** Ended calls by the slot of their process; `''` is the one without a label. */
export function callsBySlot(text: string): Record<string, number> {
  const calls: Record<string, number> = {};
  for (const { name, labels, value } of parsePage(text)) {
    if (name !== 'anthropic_client_calls_total') continue;
    const slot = labels['anthropic_process'] ?? '';
    calls[slot] = (calls[slot] ?? 0) + value;
  }
  return calls;
}

/** When the counters of each process began, by its slot. */
export function startsBySlot(text: string): Record<string, number> {
  const started = parsePage(text).filter(({ name }) => name === 'anthropic_client_start_time');
  return Object.fromEntries(started.map(({ labels, value }) => [labels['anthropic_process'] ?? '', value]));
}

/** The first page that `accept` accepts; scraped again and again. */
export async function pageWhere(port: number, accept: (page: string) => boolean): Promise<string> {
  const until = performance.now() + 20_000;
  for (;;) {
    const page = await scrape(port);
    if (page !== undefined && accept(page)) return page;
    if (performance.now() > until) throw new Error(`no such page; the last one:\n${page?.slice(0, 5000)}`);
    await sleep(50);
  }
}
