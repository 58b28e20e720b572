/** Reasons that mean: the answer was cut off. Anthropic, Nova and Converse say `max_tokens`, OpenAI-shaped models `length`. */
const CUT_OFF: ReadonlySet<string> = new Set(['max_tokens', 'length', 'model_context_window_exceeded']);

/** True when an answer that ended for this reason is not whole. */
export function isTruncated(stopReason: string): boolean {
  return CUT_OFF.has(stopReason.toLowerCase());
}
