import { readFileSync } from 'node:fs';
import ts from 'typescript';

/** A command of ours that a text tells somebody to give, or flags that it tells them to give to the one in hand. */
export interface ToldCommand {
  /** Words behind `batchrock`, up to the first that is none of a command; empty where the text names flags alone. */
  readonly words: readonly string[];
  /** Such as `--max-cost`. */
  readonly flags: readonly string[];
  /** File and line, and the text itself. */
  readonly where: string;
}

/** Ends what one command takes: the next clause speaks of another one. */
const CLAUSE = /[;:()|]|, |\n|\bbatchrock\b|\bor\b|\band\b/;
const FLAG = /(?<![-\w])--[a-z][-a-z]*[a-z]/g;
/** Commands that are not ours, with their flags. */
const FOREIGN = /\b(aws|npm|npx|node|docker|timedatectl|chmod|pip) [^;`]*/g;

/** What the texts of a source file tell: commands in every text, flags in hints and in what `doctor` finds. */
export function commandsInSource(path: string): readonly ToldCommand[] {
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  const told: ToldCommand[] = [];
  const look = (node: ts.Node, isHint: boolean): void => {
    const hints = isHint || isRemedy(node);
    const text = textOf(node);
    if (text !== undefined) {
      const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
      told.push(...commandsIn(text, `${path}:${line}`, hints));
    }
    ts.forEachChild(node, (child) => look(child, hints));
  };
  look(source, false);
  return told;
}

/** What code in a page tells. */
export function commandsInPage(path: string): readonly ToldCommand[] {
  const page = readFileSync(path, 'utf8').replace(/\\\n\s*/g, ' ');
  const fences = [...page.matchAll(/^```sh\n(.*?)^```/gms)].flatMap(([, lines = '']) => lines.split('\n'));
  const spans = [...page.replace(/^```.*?^```/gms, '').matchAll(/`([^`\n]+)`/g)].map(([, span = '']) => span);
  return [...fences, ...spans].flatMap((code) => commandsIn(code.replace(/(^| )#.*$/, ''), path, false));
}

function isRemedy(node: ts.Node): boolean {
  if (ts.isPropertyAssignment(node)) return ['hint', 'remedy'].includes(node.name.getText());
  return ts.isCallExpression(node) && ['fail', 'warn'].includes(node.expression.getText());
}

/** The text of a literal; what is put into it is an X. */
function textOf(node: ts.Node): string | undefined {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return undefined;
  return [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join('X');
}

function commandsIn(text: string, file: string, isHint: boolean): readonly ToldCommand[] {
  const where = `${file} ${JSON.stringify(text)}`;
  const named = [...text.matchAll(/(?<![-\w./@"'])batchrock (?=[a-z])/g)].map((match): ToldCommand => {
    const [clause = ''] = text.slice(match.index + match[0].length).split(CLAUSE);
    const words = clause.split(/\s+/);
    const end = words.findIndex((word) => !/^[a-z][-a-z]*$/.test(word));
    return { words: end < 0 ? words : words.slice(0, end), flags: clause.match(FLAG) ?? [], where };
  });
  const flags = isHint ? (text.replace(FOREIGN, '').match(FLAG) ?? []) : [];
  return flags.length === 0 ? named : [...named, { words: [], flags, where }];
}
