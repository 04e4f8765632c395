/** Warnings for developers: of the process, as Node has them, so that they are seen without telemetry, too. */
import { processWide } from '../ports/process-wide.ts';

/** Emits a warning of the process, the first time. */
export function warnOnce(message: string): void {
  const given = processWide(Symbol.for('anthropic-otel.resilience.warnings'), () => new Set<string>());
  if (given.has(message)) return;
  given.add(message);
  process.emitWarning(`anthropic-otel/resilience: ${message}`, { code: 'ANTHROPIC_OTEL_RESILIENCE' });
}
