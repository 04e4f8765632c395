/** Reports to the operator what telemetry cannot do, once for each problem. */
import type { DiagLogger } from '@opentelemetry/api';

/** The longest part of a message that is shown. */
const MAX_LENGTH = 300;
/** The most distinct messages that are shown. */
const MAX_MESSAGES = 50;

/** What this package's own warnings begin with. */
const OWN = 'anthropic-otel:';

/**
 * What OpenTelemetry calls an error and is none: a scrape in the first moments of a process lacks some resource attributes.
 */
const HARMLESS = 'Accessing resource attributes before async attributes settled';

/** A `diag` logger that passes each error, and each warning of this package, on once, and drops the rest. */
export function onceLogger(warn: (message: string) => void): DiagLogger {
  const reported = new Set<string>();
  const report = (message: string, ...details: unknown[]): void => {
    const text = [message, ...details.map(describe)].join(' ').replace(OWN, '').trim().slice(0, MAX_LENGTH);
    if (text === HARMLESS || reported.has(text) || reported.size >= MAX_MESSAGES) return;
    reported.add(text);
    warn(text);
  };
  const drop = (): void => {};
  const reportOwn = (message: string, ...details: unknown[]): void => {
    if (message.startsWith(OWN)) report(message, ...details);
  };
  return { error: report, warn: reportOwn, info: drop, debug: drop, verbose: drop };
}

/** One line about `problem`. */
export function describe(problem: unknown): string {
  if (!(problem instanceof Error)) return String(problem);
  const { code } = problem as { code?: unknown };
  return problem.message || String(code ?? problem.name);
}
