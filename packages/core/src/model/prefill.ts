import type { Turn, UnsupportedSink } from './chat.ts';
import type { ModelTraits } from './family.ts';
import { leftOut } from './unsupported.ts';

/** True when a text has nothing but white space in it: models refuse such blocks. Ends at the first character that is none. */
export function isBlank(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x20 && code < 0x7f) return false;
    if (text[i]!.trim() !== '') return false;
  }
  return true;
}

/** True when the conversation ends in the beginning of the model's own answer. */
export function hasPrefill(turns: readonly Turn[]): boolean {
  const last = turns[turns.length - 1];
  return last?.role === 'assistant' && last.content.some((block) => block.kind === 'text');
}

/**
 * The turns with the beginning of an answer at their end as models take it: without white space behind it (Anthropic refuses it,
 * Messages API, 2026-11), and left out where the model refuses any.
 */
export function trimmedPrefill(turns: readonly Turn[], traits: ModelTraits, sink: UnsupportedSink): readonly Turn[] {
  const last = turns[turns.length - 1];
  if (last?.role !== 'assistant') return turns;
  if (traits.refusesPrefill) {
    const path = `messages[${turns.length - 1}]`;
    leftOut(sink, 'prefill_not_supported', path, 'the beginning of an answer is left out: this model refuses it');
    return turns.slice(0, -1);
  }
  const content = last.content.map((block, i) =>
    block.kind === 'text' && i === last.content.length - 1 ? { ...block, text: block.text.trimEnd() } : block,
  );
  return [...turns.slice(0, -1), { role: 'assistant', content }];
}
