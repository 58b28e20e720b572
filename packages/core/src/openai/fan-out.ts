import type { JsonObject } from '../model/index.ts';
import { type Given, type GivenObject, isObject } from './findings.ts';
import { COPY_KEY } from './line.ts';
import { readOpenAiLine } from './read-line.ts';

/** Which of the lines that were one. */
export interface LineCopy {
  /** From 0. */
  readonly copy: number;
  readonly of: number;
}

/**
 * Lines that ask for one answer each, in the order in which the answers come together again, for one that asks for several: `n`
 * choices, texts to embed, prompts to complete. Undefined for a line that asks for one, or that has problems.
 */
export function cutLine(value: unknown): readonly JsonObject[] | undefined {
  const { line } = readOpenAiLine(value);
  if (line === undefined || line.requests.length < 2 || !isObject(value) || !isObject(value['body'])) return undefined;
  const { n: _, ...body } = value['body'];
  const of = line.requests.length;
  return line.requests.map((__, copy) => ({
    ...value,
    body: oneOf(body, copy, of),
    [COPY_KEY]: { copy, of },
  })) as readonly JsonObject[];
}

/** A body with the one text of its list that a copy is for; prompts come each as often as there are choices. */
function oneOf(body: GivenObject, copy: number, of: number): GivenObject {
  const key = Array.isArray(body['input']) ? 'input' : Array.isArray(body['prompt']) ? 'prompt' : undefined;
  if (key === undefined) return body;
  const texts = body[key] as readonly Given[];
  return { ...body, [key]: texts[Math.floor((copy * texts.length) / of)] };
}

/** Which copy a line is; undefined for one that was never cut. */
export function copyOf(value: unknown): LineCopy | undefined {
  const mark = isObject(value) ? value[COPY_KEY] : undefined;
  if (!isObject(mark)) return undefined;
  const { copy, of } = mark;
  return Number.isInteger(copy) && Number.isInteger(of) && (copy as number) >= 0 && (copy as number) < (of as number)
    ? { copy: copy as number, of: of as number }
    : undefined;
}
