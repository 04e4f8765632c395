/** The winston logger of `register`: one JSON line per record. */
import winston from 'winston';
import type { LogTarget } from './settings.ts';
import { StreamTransport } from './stream-transport.ts';

/**
 * A winston logger that writes JSON lines to `target`. Lines go to standard error by default, because standard output may be
 * what the application is for. A target that fails is reported to `onError`, and the application goes on.
 */
export function createLogger(
  target: LogTarget,
  level: string,
  more: readonly winston.transport[],
  onError: (problem: unknown) => void,
): winston.Logger {
  const time = winston.format((info) => ({ time: new Date().toISOString(), ...info }));
  const transports = [...more, ...targetTransport(target, onError)];
  const logger = winston.createLogger({
    level,
    format: winston.format.combine(time(), winston.format.json({ deterministic: false })),
    transports,
    silent: transports.length === 0,
    exitOnError: false,
  });
  logger.on('error', onError);
  for (const transport of transports) transport.on('error', onError);
  return logger;
}

function targetTransport(target: LogTarget, onError: (problem: unknown) => void): winston.transport[] {
  if (target === 'none') return [];
  if (typeof target === 'string') return [new StreamTransport(target, onError)];
  try {
    return [new winston.transports.File({ filename: target.file })];
  } catch (problem) {
    // Winston makes the folder at once. Told later, like its other problems: OpenTelemetry's diagnostics are set up by then.
    process.nextTick(onError, problem);
    return [];
  }
}
