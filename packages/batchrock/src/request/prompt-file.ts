import { InputError } from '@batchrock/core';

/** What a named prompt brings into a question. */
export interface NamedPrompt {
  readonly prompt: string;
  readonly system?: string;
  readonly params?: Readonly<Record<string, string>>;
}

/** The keys of the front matter. */
const KEYS = ['description', 'system', 'params'] as const;
type Key = (typeof KEYS)[number];

/** One line of a file and its 1-based number. */
interface Line {
  readonly text: string;
  readonly number: number;
}

/**
 * A prompt in Markdown. Front matter between two lines `---` is optional and takes three keys, in the shape that they have in
 * YAML and no other:
 *
 * ```
 * description: one line for people
 * system: one line, or | and indented lines below it
 * params:
 *   temperature: 0
 * ```
 *
 * All that follows is the prompt, as it stands, but for the line end at its end. Throws `BR-E0114` for bytes that are not
 * UTF-8, `BR-E0107` with the line for front matter that is not understood, `BR-E0110` when there is no prompt.
 */
export function parsePromptFile(bytes: Uint8Array, file: string): NamedPrompt {
  const text = decode(bytes, file);
  const { head, body } = split(text, file);
  const prompt = body.replace(/^(?:[ \t]*\r?\n)+/, '').replace(/\r?\n$/, '');
  if (prompt.trim() === '') throw new InputError('BR-E0110', `${file} has no prompt`, { details: { file } });
  return { prompt, ...readHead(head, file) };
}

function decode(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new InputError('BR-E0114', `the prompt in ${file} is not UTF-8`, { cause, hint: 'save the file as UTF-8' });
  }
}

function split(text: string, file: string): { readonly head: readonly Line[]; readonly body: string } {
  const lines = text.split('\n');
  if (lines[0]?.trimEnd() !== '---') return { head: [], body: text };
  const end = lines.findIndex((line, i) => i > 0 && line.trimEnd() === '---');
  if (end < 0) throw fault(file, 1, 'the front matter that begins here is never closed with ---');
  const head = lines.slice(1, end).map((line, i) => ({ text: line.trimEnd(), number: i + 2 }));
  return { head, body: lines.slice(end + 1).join('\n') };
}

function readHead(lines: readonly Line[], file: string): Omit<NamedPrompt, 'prompt'> {
  const seen = new Set<Key>();
  const found: { system?: string; params?: Record<string, string> } = {};
  for (let at = 0; at < lines.length; ) {
    const line = lines[at]!;
    const below = indented(lines, at + 1);
    at += 1;
    if (line.text === '' || line.text.startsWith('#')) continue;
    const { key, value } = keyOf(line, file);
    if (seen.has(key)) throw fault(file, line.number, `${key} stands twice`);
    seen.add(key);
    if (key === 'params') found.params = paramsOf(line, value, below, file);
    else {
      const text = textOf(line, value, below, file);
      if (key === 'system') found.system = text;
    }
    at += below.length;
  }
  return found;
}

/** The indented and empty lines from `at` on. */
function indented(lines: readonly Line[], at: number): readonly Line[] {
  let end = at;
  while (end < lines.length && /^(?:[ \t]|$)/.test(lines[end]!.text)) end++;
  return lines.slice(at, end);
}

function keyOf(line: Line, file: string): { readonly key: Key; readonly value: string } {
  const found = /^([\w-]+):(?:[ \t]+(.*))?$/.exec(line.text);
  const key = KEYS.find((each) => each === found?.[1]);
  if (key === undefined)
    throw fault(file, line.number, `${JSON.stringify(line.text)} is not one of ${KEYS.map((each) => `${each}: …`).join(', ')}`);
  return { key, value: unquoted(found?.[2] ?? '') };
}

function textOf(line: Line, value: string, below: readonly Line[], file: string): string {
  const isBlock = value === '|';
  const more = below.filter((each) => each.text !== '');
  if (!isBlock && more.length > 0) throw fault(file, more[0]!.number, 'several lines of text stand below a |');
  if (!isBlock) return value;
  if (more.length === 0) throw fault(file, line.number, 'no indented lines stand below the |');
  const indent = Math.min(...more.map((each) => each.text.length - each.text.trimStart().length));
  return below
    .map((each) => each.text.slice(indent))
    .join('\n')
    .trimEnd();
}

function paramsOf(line: Line, value: string, below: readonly Line[], file: string): Record<string, string> {
  if (value !== '') throw fault(file, line.number, 'parameters stand below params:, one a line');
  const params: Record<string, string> = {};
  for (const each of below) {
    if (each.text === '') continue;
    const found = /^[ \t]+([\w-]+):[ \t]+(.+)$/.exec(each.text);
    if (!found) throw fault(file, each.number, `${JSON.stringify(each.text.trim())} is no parameter; write name: value`);
    params[found[1]!] = unquoted(found[2]!);
  }
  return params;
}

function unquoted(value: string): string {
  const found = /^(["'])(.*)\1$/.exec(value);
  return found ? found[2]! : value;
}

function fault(file: string, line: number, what: string): InputError {
  return new InputError('BR-E0107', `${file}, line ${line}: ${what}`, {
    details: { file, line },
    hint: 'front matter has description, system and params; without any, the whole file is the prompt',
  });
}
