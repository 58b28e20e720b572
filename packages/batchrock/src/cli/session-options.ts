import type { SessionOptions } from '../sdk/session.ts';
import type { Host } from './host.ts';
import type { CommonFlags } from './option-groups.ts';

/** How a command opens its session. */
export function sessionOptions(
  { env, cwd }: Pick<Host, 'env' | 'cwd'>,
  { stateDir, stack, region, profile, endpointUrl, notify }: CommonFlags,
  onNotice?: (text: string) => void,
): SessionOptions {
  return { stateDir, stack, region, profile, endpointUrl, notify, env, cwd, ...(onNotice && { onNotice }) };
}
