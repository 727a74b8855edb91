import { type Logger, pino } from 'pino';

/** A log line is a constant sentence with ids as fields; what could be a secret or an address is removed by name. */
export const createLogger = (level: string, role: string): Logger =>
  pino({
    level,
    base: { role },
    redact: {
      paths: [
        'email',
        'token',
        'accessToken',
        'refreshToken',
        'authorization',
        '*.email',
        '*.token',
        '*.accessToken',
        '*.refreshToken',
      ],
      censor: '[removed]',
    },
  });
