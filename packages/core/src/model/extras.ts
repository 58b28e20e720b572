import type { ChatRequest, UnsupportedSink } from './chat.ts';
import { leftOut } from './unsupported.ts';

/** Reports all of the request's extras that are not in `taken`: the model has no word for them. */
export function reportExtras({ extras }: ChatRequest, sink: UnsupportedSink, taken: readonly string[] = []): void {
  if (extras === undefined) return;
  for (const name in extras) {
    if (!taken.includes(name)) leftOut(sink, 'field_not_supported', name, `${name} is left out: this model has no such field`);
  }
}
