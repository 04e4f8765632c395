/** Reports problems of telemetry to the operator, once each. */
import type { DiagLogger } from '@opentelemetry/api';

/** The maximum length of a message that is shown. */
const MAX_LENGTH = 300;
/** The maximum number of distinct messages that are shown. */
const MAX_MESSAGES = 50;

/** The prefix of this package's own warnings. */
const OWN = 'anthropic-otel:';

/**
 * A message that OpenTelemetry reports as an error although it is harmless: a scrape just after the start of a process lacks some
 * resource attributes.
 */
const HARMLESS = 'Accessing resource attributes before async attributes settled';

/** A `diag` logger that passes on each error, and each warning of this package, once, and drops everything else. */
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
