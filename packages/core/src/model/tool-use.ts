import type { ChatRequest, ChatTool, ToolChoice, UnsupportedSink } from './chat.ts';
import { changed } from './unsupported.ts';

/** Tools and how they may be called, as a body says it. */
export interface ToolPlan {
  readonly tools: readonly ChatTool[];
  readonly choice?: ToolChoice;
}

/**
 * The tools that a body has to name; undefined for none. A conversation in which tools were called needs them even when the request
 * names none: they are made up from the calls, and may not be called again.
 */
export function toolsOf(request: ChatRequest, sink: UnsupportedSink): ToolPlan | undefined {
  const { tools = [], toolChoice } = request;
  if (tools.length > 0) return toolChoice === undefined ? { tools } : { tools, choice: toolChoice };
  const called = calledTools(request);
  if (called.length === 0) return undefined;
  changed(
    sink,
    'tools_from_calls',
    'tools',
    'the conversation calls tools that the request does not name: they are named for it',
  );
  return { tools: called, choice: { kind: 'none' } };
}

/** True when the request names tools, or its turns have calls or results in them: what the job type Converse fails on. */
export function needsTools(request: ChatRequest): boolean {
  return (request.tools !== undefined && request.tools.length > 0) || hasToolTurns(request);
}

/** True when tools were called, or gave results, in the conversation so far. */
export function hasToolTurns({ turns }: ChatRequest): boolean {
  for (const turn of turns) {
    for (const block of turn.content) if (block.kind === 'tool-use' || block.kind === 'tool-result') return true;
  }
  return false;
}

function calledTools({ turns }: ChatRequest): ChatTool[] {
  const tools = new Map<string, ChatTool>();
  for (const turn of turns) {
    for (const block of turn.content) {
      if (block.kind !== 'tool-use' || tools.has(block.name)) continue;
      tools.set(block.name, { at: block.at, name: block.name, parameters: { type: 'object', properties: {} } });
    }
  }
  return [...tools.values()];
}

/** Ids that Anthropic takes, and Converse with it: `^[a-zA-Z0-9_-]+$`, at most 64 (API Reference of both, 2026-11). */
const SOUND_ID = /^[a-zA-Z0-9_-]{1,64}$/;

/** The id of a call as models take it: as it is where it may be, else one made from it, the same for the call and its result. */
export function toolUseId(id: string): string {
  return SOUND_ID.test(id) ? id : `call_${fingerprint(id, 11)}`;
}

const LETTERS = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** So many letters and digits that depend on all of a text; the same text has the same ones on every machine. */
export function fingerprint(text: string, length: number): string {
  // FNV-1a, twice with different beginnings: 64 bits in all, which are stretched to the length that is asked for
  let low = 0x811c9dc5;
  let high = 0x050c5d1f;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ (unit + i), 0x01000193);
  }
  let letters = '';
  for (let i = 0; i < length; i++) {
    low = Math.imul(low ^ (high >>> 15), 0x85ebca6b);
    high = Math.imul(high ^ (low >>> 13), 0xc2b2ae35);
    letters += LETTERS[((low ^ high) >>> 0) % LETTERS.length];
  }
  return letters;
}
