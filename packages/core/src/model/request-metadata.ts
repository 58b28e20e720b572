import type { ChatRequest, UnsupportedSink } from './chat.ts';
import type { JsonFields, JsonObject } from './json.ts';
import { leftOut } from './unsupported.ts';
import { opaqueUser } from './user-name.ts';

/** RequestMetadata of the Converse API (API Reference, 2026-11). */
const MAX_ENTRIES = 16;
const KEY = /^[a-zA-Z0-9\s:_@$#=/+,.-]{1,256}$/;
const VALUE = /^[a-zA-Z0-9\s:_@$#=/+,.-]{0,256}$/;

/**
 * `requestMetadata`: who asks, and the entries of `metadata` that fit. Those that do not fit are lost to nobody, since all of them
 * come back with the row.
 */
export function requestMetadata({ user, metadata }: ChatRequest, sink: UnsupportedSink): JsonObject | undefined {
  const entries: JsonFields = {};
  let entriesLeft = MAX_ENTRIES;
  const name = opaqueUser(user, sink);
  if (name !== undefined && VALUE.test(name)) {
    entries['user'] = name;
    entriesLeft -= 1;
  } else if (name !== undefined) {
    leftOut(sink, 'user_not_sent', 'user', 'user is left out: it has characters that metadata of a request cannot have');
  }
  for (const key in metadata) {
    const value = metadata[key]!;
    if (entriesLeft === 0 || Object.hasOwn(entries, key) || !KEY.test(key) || !VALUE.test(value)) continue;
    entries[key] = value;
    entriesLeft -= 1;
  }
  return entriesLeft === MAX_ENTRIES ? undefined : entries;
}
