import { hashText, seededGenerator } from '../seeded.ts';
import { instanceOf } from './formats/index.ts';
import type { TextQuestion, TextReply } from './question.ts';
import { answerYesOrNo, classifyByLabels, classifySentiment } from './tasks/classify.ts';
import { contentOf, type Task } from './tasks/task.ts';
import { listKeywords, summarize, translate, writeAbout, writeLogline } from './tasks/write.ts';
import { countTokens, firstTokens } from './tokens.ts';

/** Stands before every answer of the built-in model, so that nobody takes it for the model that was asked. */
export const SYNTHETIC_LABEL = '[synthetic]';

const TASKS: readonly Task[] = [
  writeLogline,
  classifySentiment,
  classifyByLabels,
  answerYesOrNo,
  summarize,
  listKeywords,
  translate,
];

/** Instructions stand at either end of a prompt; the text between them is not searched for any. */
const INSTRUCTION_CHARS = 600;

/**
 * Answers a question without a model: the same question gets the same answer. It knows a few kinds of instruction
 * (sentiment, labels, summaries, keywords, one sentence) and otherwise writes about the words that it was given.
 */
export function answerText(question: TextQuestion): TextReply {
  const turn = question.turns.at(-1)?.text ?? '';
  const instruction = `${ends(question.system)}\n${ends(turn)}`.toLowerCase();
  const input = {
    instruction,
    content: contentOf(turn),
    next: seededGenerator(hashText(ends(turn), hashText(`${question.modelId} ${turn.length}`))),
  };
  if (question.schema !== undefined) {
    const said = `${SYNTHETIC_LABEL} ${answerOf(input)}`;
    return limited(JSON.stringify(instanceOf(question.schema, { said, next: input.next })), question);
  }
  const text = asksForJson(instruction) ? jsonAnswer(answerOf(input)) : `${SYNTHETIC_LABEL} ${answerOf(input)}`;
  return limited(text, question);
}

function answerOf(input: Parameters<Task>[0]): string {
  for (const task of TASKS) {
    const answer = task(input);
    if (answer !== undefined) return answer;
  }
  return writeAbout(input);
}

function ends(text: string): string {
  return text.length <= INSTRUCTION_CHARS * 2 ? text : `${text.slice(0, INSTRUCTION_CHARS)}\n${text.slice(-INSTRUCTION_CHARS)}`;
}

function asksForJson(instruction: string): boolean {
  return /\b(?:as|in|return|respond with|reply with|output|only|valid) (?:a |an |only )?(?:valid )?json\b/.test(instruction);
}

function jsonAnswer(answer: string): string {
  return JSON.stringify({ answer, synthetic: true });
}

/** Applies the stop sequences, then the token limit, as a model does. */
function limited(answer: string, question: TextQuestion): TextReply {
  const inputTokens = countTokens(question.system) + question.turns.reduce((sum, turn) => sum + countTokens(turn.text), 0);
  const stop = firstStop(answer, question.stopSequences);
  const text = stop === undefined ? answer : answer.slice(0, stop.at);
  const cut = question.maxTokens === undefined ? text : firstTokens(text, question.maxTokens);
  const reply = { kind: 'text', text: cut, inputTokens, outputTokens: Math.max(1, countTokens(cut)) } as const;
  if (cut.length < text.trimEnd().length) return { ...reply, end: 'length' };
  return stop === undefined ? { ...reply, end: 'end' } : { ...reply, end: 'stop', stopSequence: stop.sequence };
}

function firstStop(text: string, sequences: readonly string[]): { at: number; sequence: string } | undefined {
  let first: { at: number; sequence: string } | undefined;
  for (const sequence of sequences) {
    const at = sequence === '' ? -1 : text.indexOf(sequence);
    if (at >= 0 && (first === undefined || at < first.at)) first = { at, sequence };
  }
  return first;
}
