const LEVELS = ['DEBUG', 'INFO', 'WARN', 'ERROR'] as const;

/** How much a line matters. */
export type LogLevel = (typeof LEVELS)[number];

/** All that a line may say. Task tokens, messages of jobs and contents of records are not among it. */
export interface LogFields {
  readonly jobArn?: string;
  readonly jobName?: string;
  readonly waiter?: string;
  readonly run?: string;
  readonly file?: string;
  readonly lane?: string;
  readonly part?: number;
  readonly attempt?: number;
  readonly index?: number;
  readonly status?: string;
  readonly error?: string;
  /** What our own code or the SDK says of an error, without the task token. */
  readonly reason?: string;
  readonly count?: number;
  readonly failed?: number;
}

/** Writes lines of JSON, one an event. */
export type Log = (level: LogLevel, message: string, fields?: LogFields) => void;

/** Where a finished line goes, without its line feed. */
export type LineSink = (line: string) => void;

/** A log that leaves out what is below `level`; an unknown level counts as `INFO`. */
export function createLog(level: string | undefined, write: LineSink, now: () => number): Log {
  const least = Math.max(0, LEVELS.indexOf((level?.toUpperCase() ?? 'INFO') as LogLevel));
  const from = LEVELS.includes(level?.toUpperCase() as LogLevel) ? least : LEVELS.indexOf('INFO');
  return (of, message, fields = {}) => {
    if (LEVELS.indexOf(of) < from) return;
    write(JSON.stringify({ time: new Date(now()).toISOString(), level: of, message, ...fields }));
  };
}

/** Straight to the log of the function: the runtime's console would wrap the line, and metrics in it would not be found. */
export const writeLine: LineSink = (line) => {
  process.stdout.write(`${line}\n`);
};
