import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isBatchrockError } from '../errors/index.ts';
import { checkTemplate } from './check.ts';
import { renderTemplate } from './render.ts';
import { parseTemplate, templateColumns } from './template.ts';

function refusal(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (isBatchrockError(error)) return `${error.code} ${error.message}`;
    throw error;
  }
  return 'accepted';
}

/** Well-formed text: any characters, no lone surrogates. */
const anyText = fc.string({ unit: 'binary', maxLength: 12 });
const columnName = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }).filter((name) => !/[{}]/.test(name)),
  fc.constantFrom('__proto__', 'constructor', 'toString', 'hasOwnProperty', ' a ', 'Major Genre', 'a\nb', '$&', '0'),
);

describe('templates', () => {
  it('render what was put in: literals with doubled braces, columns by name', () => {
    const piece = fc.oneof(
      anyText.map((text) => ({ kind: 'literal' as const, text })),
      fc.tuple(columnName, anyText).map(([name, text]) => ({ kind: 'column' as const, name, text })),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const row: Record<string, string> = Object.create(null);
        for (const each of pieces) if (each.kind === 'column') row[each.name] ??= each.text;
        const source = pieces
          .map((each) => (each.kind === 'literal' ? each.text.replace(/[{}]/g, '$&$&') : `{${each.name}}`))
          .join('');
        const expected = pieces.map((each) => (each.kind === 'literal' ? each.text : row[each.name])).join('');
        const template = parseTemplate(source);
        expect(renderTemplate(template, row)).toBe(expected);
        expect([...templateColumns(template)].sort()).toEqual(Object.keys(row).sort());
      }),
      { numRuns: 1000 },
    );
  });

  it('either parse or fail with a position inside the text, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('{', '}', 'a', '\n', '\u{1f600}', '\ud800'), maxLength: 20 }), (text) => {
        const said = refusal(() => parseTemplate(text));
        if (said === 'accepted') return;
        const [, line, column] = /^BR-E0107 the prompt has .* at line (\d+), column (\d+): /.exec(said)!;
        const lines = text.split('\n');
        expect(Number(line)).toBeLessThanOrEqual(lines.length);
        expect(Number(column)).toBeLessThanOrEqual([...lines[Number(line) - 1]!].length);
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    ['a {b', 'a { that is not closed at line 1, column 3'],
    ['a}', 'a } that closes nothing at line 1, column 2'],
    ['{}', 'a {} without a name at line 1, column 1'],
    ['one\r\ntwo {"x": {y}}', 'a { with another { before it is closed at line 2, column 5'],
    ['\u{1f600}\u{1f600}{', 'a { that is not closed at line 1, column 3'],
    ['x\ud800', 'half of a surrogate pair at line 1, column 2'],
    ['a\rb{', 'a { that is not closed at line 2, column 2'],
    ['{{{', 'a { that is not closed at line 1, column 3'],
  ])('refuse %j', (text, why) => {
    expect(refusal(() => parseTemplate(text))).toContain(`BR-E0107 the prompt has ${why}`);
  });

  it('keep names as they are written', () => {
    expect(templateColumns(parseTemplate('{ a }{a}{ a }{Major Genre}{{b}}'))).toEqual([' a ', 'a', 'Major Genre']);
  });

  it('name every unknown column of all templates, where it is and what is near', () => {
    const templates = [parseTemplate('Rate {txt} by\n{ author } {id}'), parseTemplate('You speak {lang}', 'system prompt')];
    expect(refusal(() => checkTemplate(templates, ['id', 'text', 'author']))).toBe(
      'BR-E0106 the dataset has no column {txt} (line 1, column 6 of the prompt; did you mean text?), ' +
        '{ author } (line 2, column 1 of the prompt; did you mean author?), {lang} (line 1, column 11 of the system prompt); its columns are id, text, author',
    );
    expect(refusal(() => checkTemplate(templates[0]!, ['id', 'txt', ' author ']))).toBe('accepted');
  });

  it('never reach what a row does not have itself', () => {
    for (const name of ['__proto__', 'constructor', 'toString']) {
      const template = parseTemplate(`{${name}}`);
      expect(() => renderTemplate(template, {})).toThrow(/has no column/);
      expect(refusal(() => checkTemplate(template, ['a']))).toContain(`{${name}}`);
      expect(renderTemplate(template, JSON.parse(`{"${name}":"value"}`))).toBe('value');
    }
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});
