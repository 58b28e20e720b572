import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { childrenNamed, childText, parseXml } from './xml-reader.ts';
import { xmlDocument } from './xml-writer.ts';

test('what is written is read back, whatever the text', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' })), fc.string(), (texts, one) => {
      const root = parseXml(
        xmlDocument('Root', { One: one, Many: texts.map((Text) => ({ Text })), None: undefined, Number: 7, Flag: false }),
      );
      expect(childText(root, 'One')).toBe(one);
      expect(childrenNamed(root, 'Many').map((child) => childText(child, 'Text'))).toEqual(texts);
      expect([childText(root, 'None'), childText(root, 'Number'), childText(root, 'Flag')]).toEqual([undefined, '7', 'false']);
    }),
  );
});

describe('a document', () => {
  test('may have a declaration, comments, attributes, prefixes, empty elements, a BOM and CRLF', () => {
    const root = parseXml(
      '\ufeff<?xml version="1.0"?>\r\n<!-- a --><s3:Delete xmlns:s3=\'http://x/\' a="<no"><Quiet/><!-- b --><Object>\r\n<Key > a &#65;&#x1F600;&amp; </Key></Object></s3:Delete>\n'.replace(
        '<no',
        'no',
      ),
    );
    expect(root.name).toBe('Delete');
    expect(childText(root, 'Quiet')).toBe('');
    expect(childText(childrenNamed(root, 'Object')[0]!, 'Key')).toBe(' a A\u{1f600}& ');
  });

  test.each([
    ['nothing', ''],
    ['text only', 'text'],
    ['an element that is not closed', '<a><b></b>'],
    ['elements that cross', '<a><b></a></b>'],
    ['two roots', '<a/><b/>'],
    ['text after the root', '<a/>x'],
    ['an entity of its own', '<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>'],
    ['an entity that nobody knows', '<a>&nbsp;</a>'],
    ['an ampersand alone', '<a>a & b</a>'],
    ['a reference beyond Unicode', '<a>&#x110000;</a>'],
    ['a bracket', '<a><</a>'],
    ['elements without end', '<a>'.repeat(100_000)],
  ])('with %s is refused', (_, text) => {
    expect(() => parseXml(text)).toThrow(expect.objectContaining({ code: 'MalformedXML' }));
  });
});
