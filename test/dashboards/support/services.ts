/** The services of a fleet. */
import type { Kind } from './moves.ts';
import type { PodName } from './pods.ts';
import type { Random } from './random.ts';

/** Seconds that a scrape takes at most. */
export const SLOWEST_SCRAPE = 1.5;

export interface Service {
  readonly kind: Kind;
  /** The share of its calls that fail at first, in percent. */
  readonly trouble: number;
  readonly pods: readonly [PodName, PodName];
}

/** `count` services; two clusters have services and pods of the same names. */
export function makeServices(count: number, random: Random): Service[] {
  return Array.from({ length: count }, (_, index): Service => {
    const job = `service-${String(index >> 1).padStart(2, '0')}`;
    const cluster = index % 2 ? 'eu' : 'us';
    const pod = (name: string) => ({ cluster, namespace: 'shop', job, instance: `${job}-${name}` });
    // Every eighth service has no trouble.
    const trouble = index % 8 === 7 ? 0 : 20 + random.below(60);
    const kind = (['fallback', 'retry'] as const)[index] ?? 'sdk';
    return { kind, trouble, pods: [pod('a'), pod('b')] };
  });
}
