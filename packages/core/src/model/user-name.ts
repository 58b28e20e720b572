import type { UnsupportedSink } from './chat.ts';
import { leftOut } from './unsupported.ts';

/** Longer ones are no ids (Anthropic, `metadata.user_id`: at most 256 characters, 2026-11). */
const MAX_LENGTH = 256;
const DIGIT = /\d/g;

/**
 * Who asks, as it may be told to a provider: an opaque id. What looks like an e-mail address or a telephone number names a person,
 * which Anthropic asks not to send (`metadata.user_id`, 2026-11), and is left out.
 */
export function opaqueUser(user: string | undefined, sink: UnsupportedSink): string | undefined {
  if (user === undefined || user === '') return undefined;
  if (user.length <= MAX_LENGTH && !isPersonal(user)) return user;
  leftOut(sink, 'user_not_sent', 'user', 'user looks like a name, an address or a number of a person: it is not sent');
  return undefined;
}

function isPersonal(user: string): boolean {
  const at = user.indexOf('@');
  if (at > 0 && user.indexOf('.', at) > at + 1) return true;
  return /^\+?[\d ().-]+$/.test(user) && (user.startsWith('+') || /[ ().-]/.test(user)) && (user.match(DIGIT)?.length ?? 0) >= 7;
}
