import { S3Error } from './s3-error.ts';

// The three documents that S3 takes (parts to complete, keys to delete, where to create a bucket) are elements and text.
// A general parser brings what must then be switched off again: entities of the sender's, numbers made of text, trimmed
// keys. This reader knows elements, text and references, and refuses everything else.

/** An element: its name without prefix, its text, the elements in it. */
export interface XmlElement {
  readonly name: string;
  readonly text: string;
  readonly children: readonly XmlElement[];
}

type OpenElement = { readonly raw: string; readonly name: string; text: string; children: XmlElement[] };

/** No document of S3 is nested deeper. */
const MAX_DEPTH = 8;

const TOKEN =
  /<\?[^?]*\?>|<!--[\s\S]*?-->|<(\/?)([A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)((?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|[^<]+/y;

/** Parses a document. Throws `MalformedXML`. */
export function parseXml(text: string): XmlElement {
  const open: OpenElement[] = [];
  let root: XmlElement | undefined;
  TOKEN.lastIndex = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  while (TOKEN.lastIndex < text.length) {
    const token = TOKEN.exec(text);
    if (token === null) throw new S3Error('MalformedXML');
    const [whole, slash, prefix = '', name, , empty] = token;
    if (name === undefined) {
      if (!whole.startsWith('<')) addText(open, whole);
      continue;
    }
    if (slash === '/') {
      root = closeElement(open, `${prefix}${name}`) ?? root;
      continue;
    }
    if (root !== undefined || open.length === MAX_DEPTH) throw new S3Error('MalformedXML');
    open.push({ raw: `${prefix}${name}`, name, text: '', children: [] });
    if (empty === '/') root = closeElement(open, `${prefix}${name}`) ?? root;
  }
  if (root === undefined || open.length > 0) throw new S3Error('MalformedXML');
  return root;
}

/** The text of the first child of that name. */
export function childText(element: XmlElement, name: string): string | undefined {
  return element.children.find((child) => child.name === name)?.text;
}

/** All children of that name. */
export function childrenNamed(element: XmlElement, name: string): readonly XmlElement[] {
  return element.children.filter((child) => child.name === name);
}

function addText(open: readonly OpenElement[], raw: string): void {
  const element = open.at(-1);
  if (element !== undefined) element.text += resolveReferences(raw);
  else if (raw.trim() !== '') throw new S3Error('MalformedXML');
}

/** Ends the innermost element; returns it when it is the root. */
function closeElement(open: OpenElement[], raw: string): XmlElement | undefined {
  const element = open.pop();
  if (element === undefined || element.raw !== raw) throw new S3Error('MalformedXML');
  const parent = open.at(-1);
  parent?.children.push(element);
  return parent === undefined ? element : undefined;
}

function resolveReferences(raw: string): string {
  return raw.replace(/\r\n?/g, '\n').replace(/&(#x[0-9a-f]{1,6}|#\d{1,7}|\w*)(;?)/gi, (_, name: string, end: string) => {
    const character = name.startsWith('#') ? fromReference(name) : NAMED[name];
    if (character === undefined || end === '') throw new S3Error('MalformedXML');
    return character;
  });
}

function fromReference(name: string): string | undefined {
  const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number.parseInt(name.slice(1), 10);
  return code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
