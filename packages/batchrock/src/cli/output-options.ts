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
