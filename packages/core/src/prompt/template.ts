import { InputError } from '../errors/index.ts';

/** A place in a template: 1-based, counted in characters (code points). */
export interface TemplatePosition {
  readonly line: number;
  readonly column: number;
}

/** A stretch of literal text, or the name of a column whose value stands there. */
export type TemplateSegment =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'column'; readonly name: string; readonly at: TemplatePosition };

/** A parsed template. It has no logic: columns of the row and nothing else. */
export interface Template {
  /** What messages call it: `prompt`, `system prompt`, a file's name. */
  readonly label: string;
  readonly segments: readonly TemplateSegment[];
}

/**
 * Parses `{column}` templates. A column's name is taken as it is written, with any character but braces; `{{` and `}}` are
 * literal braces. Throws `BR-E0107` with the line and column of the fault.
 */
export function parseTemplate(text: string, label = 'prompt'): Template {
  const segments: TemplateSegment[] = [];
  let literal = '';
  let at = 0;
  while (at < text.length) {
    const character = text[at]!;
    if (character !== '{' && character !== '}') {
      const next = nextBrace(text, at);
      literal += text.slice(at, next);
      at = next;
      continue;
    }
    if (text[at + 1] === character) {
      literal += character;
      at += 2;
      continue;
    }
    const end = columnEnd(text, at, label);
    if (literal !== '') segments.push({ kind: 'literal', text: literal });
    literal = '';
    segments.push({ kind: 'column', name: text.slice(at + 1, end), at: positionAt(text, at) });
    at = end + 1;
  }
  if (literal !== '') segments.push({ kind: 'literal', text: literal });
  checkSurrogates(text, label);
  return { label, segments };
}

/** The distinct names of the columns that a template uses, in order of first use. */
export function templateColumns(template: Template): readonly string[] {
  const names = template.segments.filter((segment) => segment.kind === 'column').map((segment) => segment.name);
  return [...new Set(names)];
}

/** The index of the next brace from `at`, or the end. */
function nextBrace(text: string, at: number): number {
  const rest = /[{}]/g;
  rest.lastIndex = at;
  return rest.exec(text)?.index ?? text.length;
}

/** The index of the brace that closes the column opened at `open`; throws unless a name stands between them. */
function columnEnd(text: string, open: number, label: string): number {
  if (text[open] === '}') {
    throw syntaxError(text, open, label, 'a } that closes nothing', 'write }} for a literal brace');
  }
  const end = nextBrace(text, open + 1);
  if (end === text.length)
    throw syntaxError(text, open, label, 'a { that is not closed', 'close it, or write {{ for a literal brace');
  if (text[end] === '{') {
    throw syntaxError(text, open, label, 'a { with another { before it is closed', 'write {{ for a literal brace');
  }
  if (end === open + 1) throw syntaxError(text, open, label, 'a {} without a name', 'write {{}} for literal braces');
  return end;
}

/** Half of a surrogate pair has no UTF-8 form, and two halves from both sides of a column would change meaning. */
function checkSurrogates(text: string, label: string): void {
  const lone = /\p{Surrogate}/u.exec(text);
  if (lone) throw syntaxError(text, lone.index, label, 'half of a surrogate pair', 'give the template as UTF-8 text');
}

function syntaxError(text: string, index: number, label: string, what: string, remedy: string): InputError {
  const { line, column } = positionAt(text, index);
  return new InputError('BR-E0107', `the ${label} has ${what} at line ${line}, column ${column}: ${remedy}`, {
    details: { line, column },
  });
}

function positionAt(text: string, index: number): TemplatePosition {
  const before = text.slice(0, index).split(/\r\n|\r|\n/);
  return { line: before.length, column: [...before[before.length - 1]!].length + 1 };
}
