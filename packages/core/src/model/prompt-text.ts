import { planFormat } from './answer-format.ts';
import type { AssistantBlock, ChatRequest, UnsupportedSink, UserBlock } from './chat.ts';
import { reportExtras } from './extras.ts';
import type { ModelTraits } from './family.ts';
import { isBlank, trimmedPrefill } from './prefill.ts';
import { needsTools } from './tool-use.ts';
import { changed, impossible, leftOut } from './unsupported.ts';

/** A conversation as plain text, for models that take one text with marks in it. */
export interface PlainConversation {
  /** Instructions; empty for none. */
  readonly system: string;
  readonly turns: readonly { readonly role: 'user' | 'assistant'; readonly text: string }[];
}

/**
 * The texts of a conversation, all else reported: such models take no media, no tools, and no schema. `marks` are the first
 * characters of what has a meaning in the prompt, such as `<|`: nobody may put it there from within a text.
 */
export function plainConversation(
  request: ChatRequest,
  traits: ModelTraits,
  marks: readonly string[],
  sink: UnsupportedSink,
): PlainConversation {
  if (needsTools(request)) impossible(sink, 'tools_not_supported', 'tools', 'the model takes one text, and no tools beside it');
  const format = planFormat(request.format, { hasField: false, canForce: false }, sink);
  const parts = (request.system ?? []).map((block) => block.text).filter((text) => !isBlank(text));
  if (format?.kind === 'instruction') parts.push(format.text);
  const turns = trimmedPrefill(request.turns, traits, sink).map(({ role, content }, i) => {
    const text = textOf(content, sink);
    if (isBlank(text)) impossible(sink, 'empty_turn', `messages[${i}]`, 'nothing is left of the turn that the model takes');
    return { role, text: withoutMarks(text, marks, `messages[${i}]`, sink) };
  });
  if (request.user !== undefined) leftOut(sink, 'user_not_supported', 'user', 'user is left out: the model has no such field');
  reportExtras(request, sink);
  if (request.reasoning !== undefined && request.reasoning !== 'none') {
    leftOut(sink, 'reasoning_not_supported', 'reasoning_effort', 'reasoning_effort is left out: the model has no such field');
  }
  return { system: withoutMarks(parts.join('\n\n'), marks, 'system', sink), turns };
}

function textOf(content: readonly (UserBlock | AssistantBlock)[], sink: UnsupportedSink): string {
  const texts: string[] = [];
  for (const block of content) {
    if (block.kind === 'text') texts.push(block.text);
    else if (block.kind !== 'tool-use' && block.kind !== 'tool-result') {
      leftOut(sink, 'media_not_supported', block.at, `the ${block.kind} is left out: the model takes one text`);
    }
  }
  return texts.join('\n');
}

function withoutMarks(text: string, marks: readonly string[], path: string, sink: UnsupportedSink): string {
  const found = marks.filter((mark) => text.includes(mark));
  if (found.length === 0) return text;
  const marked = found.join(' and ');
  changed(sink, 'marks_changed', path, `a space is put into ${marked}, which would be a mark in the prompt`);
  return found.reduce((clean, mark) => clean.replaceAll(mark, `${mark[0]} ${mark.slice(1)}`), text);
}
