/** The winston logger of `register`: one JSON line per record. */
import winston from 'winston';

/** A winston logger that gives JSON lines to `transports`. What fails is reported to `onError`, and the application goes on. */
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
