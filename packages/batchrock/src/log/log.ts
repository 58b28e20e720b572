import { allowedFields, type LogFields } from './fields.ts';
import { redacted } from './redacted.ts';

const LEVELS: readonly LogLevel[] = ['DEBUG', 'INFO', 'WARN', 'ERROR'];

/** How much a line matters. */
export type LogLevel = 'DEBUG' | 'INFO' | 'WARN' | 'ERROR';

/** A line of a log: when, how much it matters, what happened, and fields of the list. */
export interface LogEntry extends LogFields {
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly level: LogLevel;
  readonly message: string;
}

/** Takes what happened. */
export type Log = (level: LogLevel, message: string, fields?: LogFields) => void;

/** Where a finished line goes, without its line feed. */
export type LineSink = (line: string) => void;

/** A log of objects that leaves out what is below `level`; an unknown level counts as `INFO`. */
export function createEntryLog(level: string | undefined, take: (entry: LogEntry) => void, now: () => number): Log {
  const given = LEVELS.indexOf((level ?? '').toUpperCase() as LogLevel);
  const from = given < 0 ? LEVELS.indexOf('INFO') : given;
  return (of, message, fields = {}) => {
    if (LEVELS.indexOf(of) < from) return;
    take({ time: new Date(now()).toISOString(), level: of, message: redacted(message), ...allowedFields(fields) });
  };
}

/** A log of lines of JSON. */
export function createLog(level: string | undefined, write: LineSink, now: () => number): Log {
  return createEntryLog(level, (entry) => write(JSON.stringify(entry)), now);
}
