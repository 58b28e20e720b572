import type { Host, OutputStream } from './host.ts';

/** The options that every command takes. */
export interface OutputOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
  /** 0, 1 (`-v`) or 2 (`-vv`). */
  readonly verbose?: number;
  /** `--color` is true, `--no-color` false. */
  readonly color?: boolean;
  /** `--no-input` is false. */
  readonly input?: boolean;
  /** What standard error is: text for people, or a line of JSON for each thing said. */
  readonly logFormat?: 'text' | 'json';
}

/** What a log is written by: `--log-format` over `BATCHROCK_LOG_FORMAT`, `-q` and `-v` over `BATCHROCK_LOG_LEVEL`. */
export interface LogOptions {
  readonly isJson: boolean;
  readonly level: string;
}

/** The log that options and environment ask for. */
export function logOptions({ logFormat, quiet, verbose = 0 }: OutputOptions, env: Host['env']): LogOptions {
  const said = quiet ? 'warn' : verbose > 0 ? 'debug' : undefined;
  return {
    isJson: (logFormat ?? env['BATCHROCK_LOG_FORMAT']) === 'json',
    level: said ?? (env['BATCHROCK_LOG_LEVEL'] || 'info').toLowerCase(),
  };
}

/** The options with what the level of the log says of `-q` and `-v`, where it is text. */
export function withLevel<Options extends OutputOptions>(options: Options, env: Host['env']): Options {
  const { isJson, level } = logOptions(options, env);
  // lines of JSON are for programs: nothing is drawn or painted between them
  if (isJson) return { ...options, color: false };
  if (level === 'error' || level === 'warn') return { ...options, quiet: true };
  return level === 'debug' ? { ...options, verbose: Math.max(1, options.verbose ?? 0) } : options;
}

/** True where a CI system says so in the environment. */
function isContinuousIntegration(env: Host['env']): boolean {
  const value = env['CI'] ?? '';
  return value !== '' && value !== '0' && value.toLowerCase() !== 'false';
}

/** Whether to write ANSI colours to a stream: flags over `NO_COLOR` over `FORCE_COLOR` over what the stream is. */
export function wantsColor(options: OutputOptions, env: Host['env'], stream: OutputStream): boolean {
  if (options.color !== undefined) return options.color;
  if ((env['NO_COLOR'] ?? '') !== '') return false;
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined && forced !== '') return forced !== '0' && forced !== 'false';
  return isTerminal(env, stream);
}

/** Whether a line may be drawn over again and again. */
export function wantsLiveLine(options: OutputOptions, env: Host['env'], stream: OutputStream): boolean {
  return !options.quiet && !options.json && isTerminal(env, stream);
}

/** Whether the user may be asked something. Without a terminal nobody is, ever. */
export function mayAsk(options: OutputOptions, host: Host): boolean {
  if (options.json || options.input === false) return false;
  return host.stdin.isTTY === true && isTerminal(host.env, host.stderr);
}

function isTerminal(env: Host['env'], stream: OutputStream): boolean {
  return stream.isTTY === true && env['TERM'] !== 'dumb' && !isContinuousIntegration(env);
}
