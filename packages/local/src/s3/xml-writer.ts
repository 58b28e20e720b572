/** The namespace of all S3 documents. */
const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

/** What an element holds: text, elements by name (an array repeats the element, undefined leaves it out). */
export type XmlContent = string | number | boolean | { readonly [name: string]: XmlContent | readonly XmlContent[] | undefined };

/** A whole S3 document. */
export function xmlDocument(root: string, content: XmlContent, namespace = NAMESPACE): string {
  const attribute = namespace === '' ? '' : ` xmlns="${namespace}"`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}${attribute}>${inner(content)}</${root}>`;
}

function inner(content: XmlContent): string {
  if (typeof content !== 'object') return escapeText(String(content));
  let text = '';
  for (const [name, value] of Object.entries(content)) {
    if (value === undefined) continue;
    for (const one of Array.isArray(value) ? (value as readonly XmlContent[]) : [value as XmlContent]) {
      text += `<${name}>${inner(one)}</${name}>`;
    }
  }
  return text;
}

/**
 * Escapes text so that a parser gives back the same. Controls become references: a bare carriage return would be read as
 * a line feed. Those that XML 1.0 has no way to write are written as references too, as S3 does; a client that lists
 * such keys asks for `encoding-type=url`.
 */
function escapeText(text: string): string {
  return text.replace(/[&<>"\u0000-\u001f\u007f-\u009f\u2028\ufffe\uffff]/g, (character) => {
    const named = NAMED[character];
    return named ?? `&#x${character.charCodeAt(0).toString(16)};`;
  });
}

const NAMED: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
