/** The scrape interval of a Prometheus, from which `$__rate_interval` is made. */

const DEFAULT_SECONDS = 15;
const SECONDS = { ms: 0.001, s: 1, m: 60, h: 3600 } as const;

/**
 * The scrape interval of a Prometheus in seconds; 15 where it does not state it, as behind some proxies.
 *
 * @throws when no Prometheus responds
 */
export async function scrapeIntervalOf(prometheusUrl: string): Promise<number> {
  const query = await fetch(`${prometheusUrl}/api/v1/query?query=1`).catch(() => undefined);
  if (!query?.ok) throw new Error(`no Prometheus responds at ${prometheusUrl}`);
  const config = await fetch(`${prometheusUrl}/api/v1/status/config`).catch(() => undefined);
  const text = config?.ok ? await config.text() : '';
  const [, count, unit] = /scrape_interval: (\d+)(ms|s|m|h)\b/.exec(text) ?? [];
  return count ? Number(count) * SECONDS[unit as keyof typeof SECONDS] : DEFAULT_SECONDS;
}
