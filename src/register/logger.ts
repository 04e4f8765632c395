/** The winston logger of `register`: one JSON line per record. */
import winston from 'winston';

/** A winston logger that passes JSON lines to `transports`. Failures are reported to `onError`, and do not affect the application. */
export function createLogger(
  level: string,
  transports: readonly winston.transport[],
  onError: (problem: unknown) => void,
): winston.Logger {
  const time = winston.format((info) => ({ time: new Date().toISOString(), ...info }));
  const logger = winston.createLogger({
    level,
    format: winston.format.combine(time(), winston.format.json({ deterministic: false })),
    transports: [...transports],
    silent: transports.length === 0,
    exitOnError: false,
  });
  logger.on('error', onError);
  for (const transport of transports) transport.on('error', onError);
  return logger;
}
