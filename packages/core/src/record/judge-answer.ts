import { type Answer, type Family, isTruncated, type SchemaCheck } from '../model/index.ts';
import type { Outcome } from './outcome-line.ts';

/** The code of an answer that is not what the schema of its run asks for. */
export const SCHEMA_MISMATCH = 'schema_mismatch';
/** The code of one that was cut off before it could be. */
const TRUNCATED = 'truncated';

type Succeeded = Outcome & { readonly status: 'succeeded' };

/** An answer that has to be by a schema. */
export interface AnswerToJudge {
  readonly family: Family;
  readonly modelOutput: unknown;
  /** What the family reads in it. */
  readonly answer: Answer;
  readonly check: SchemaCheck;
  /** Nothing may stand around the answer, not even a fence. */
  readonly isBare?: true;
}

/**
 * The outcome of an answer that has to be by a schema, given what it would be without one: without what stands around the answer, or a
 * failure that keeps all of it. One that was cut off at a limit is called that, and not a mismatch, unless it is whole all the same.
 * None is worth another attempt by itself: the model has answered and was paid.
 */
export function judgedOutcome(success: Succeeded, judged: AnswerToJudge): Outcome {
  const { family, modelOutput, answer, check, isBare } = judged;
  // where the schema was given as a tool, the call is the answer
  const said = tried(() => (family.reply === undefined ? answer.text : family.reply(modelOutput)?.text));
  if (said === TOO_DEEP) return misfit(success, SCHEMA_MISMATCH, TOO_DEEP, answer.text);
  const text = said === undefined ? '' : isBare ? said : withoutFence(said);
  const why = tried(() => whyNot(text, check));
  if (why === undefined) return { ...success, response: text };
  if (isTruncated(answer.stopReason)) {
    const message = `the answer was cut off (${answer.stopReason}) before it was what the schema asks for: ${why}`;
    return misfit(success, TRUNCATED, message, said);
  }
  const message = text === '' ? 'there is no text in the answer' : why;
  return misfit(success, SCHEMA_MISMATCH, `${message}${ended(answer)}`, said);
}

function misfit({ id, stop, inputTokens, outputTokens }: Succeeded, code: string, message: string, response = ''): Outcome {
  return {
    id,
    status: 'failed',
    code,
    message,
    retry: false,
    response,
    stop,
    ...(inputTokens === undefined ? {} : { inputTokens }),
    ...(outputTokens === undefined ? {} : { outputTokens }),
  };
}

const TOO_DEEP = 'the answer is nested too deeply to be looked at';

/** What is nested too deeply for the stack says so. */
function tried(look: () => string | undefined): string | undefined {
  try {
    return look();
  } catch (error) {
    if (error instanceof RangeError) return TOO_DEEP;
    throw error;
  }
}

/** Models say why they end; that they ended by themselves needs no word. */
const BY_ITSELF = ['', 'end_turn', 'stop', 'tool_use', 'tool_calls', 'stop_sequence'];

function ended({ stopReason }: Answer): string {
  return BY_ITSELF.includes(stopReason) ? '' : ` (the model ended with ${stopReason})`;
}

function whyNot(text: string, check: SchemaCheck): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return `the answer is no JSON: ${error instanceof Error ? error.message : String(error)}`;
  }
  const fault = check(value);
  if (fault === undefined) return undefined;
  return `${fault.path === '' ? 'the answer' : fault.path} ${fault.reason}`;
}

const FENCE = '```';
/** What may stand behind the first fence. */
const LANGUAGES = ['', 'json', 'jsonc', 'json5'];

/** The inside of a Markdown fence that stands around all of a text; else the text, both without white space around them. */
export function withoutFence(said: string): string {
  const text = said.trim();
  if (!text.startsWith(FENCE) || !text.endsWith(FENCE)) return text;
  const lineEnd = text.indexOf('\n');
  if (lineEnd < 0 || lineEnd > text.length - FENCE.length) return text;
  const language = text.slice(FENCE.length, lineEnd).trim().toLowerCase();
  return LANGUAGES.includes(language) ? text.slice(lineEnd + 1, -FENCE.length).trim() : text;
}

/** A number that a double cannot hold has many digits. */
const MANY_DIGITS = /\d{16}/;

/** `JSON.parse`, but that the digits of numbers are kept where a double has not all of them: they are written out again as they were. */
export function parseExactly(text: string): unknown {
  return MANY_DIGITS.test(text) ? JSON.parse(text, keepDigits as (key: string, value: unknown) => unknown) : JSON.parse(text);
}

/** Node has it since 21; the library that the core is checked against does not know it yet. */
const { rawJSON } = JSON as { readonly rawJSON?: (text: string) => unknown };

function keepDigits(_: string, value: unknown, context: { readonly source?: string } | undefined): unknown {
  const source = context?.source;
  if (typeof value !== 'number' || source === undefined || rawJSON === undefined) return value;
  return String(value) === source ? value : rawJSON(source);
}
