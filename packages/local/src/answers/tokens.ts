const CHARS_PER_TOKEN = 6;

/** Where the token that begins at `at` ends: up to six letters or digits, one other character, or a run of white space. */
function tokenEnd(text: string, at: number): number {
  const first = text.charCodeAt(at);
  if (isSpace(first)) {
    let end = at + 1;
    while (end < text.length && isSpace(text.charCodeAt(end))) end += 1;
    return end;
  }
  if (!isWordCode(first)) return at + (first >= 0xd800 && first <= 0xdbff ? 2 : 1);
  let end = at + 1;
  while (end < text.length && end - at < CHARS_PER_TOKEN && isWordCode(text.charCodeAt(end))) end += 1;
  return end;
}

function isSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d) || code === 0xa0;
}

function isWordCode(code: number): boolean {
  if (code < 0x80) return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || (code >= 0x30 && code <= 0x39);
  // Scripts written without spaces count one token a character; surrogates are taken in pairs.
  return code < 0x2e80;
}

/** An estimate of the tokens of a text: words in pieces of six, everything else by character, white space free. */
export function countTokens(text: string): number {
  let tokens = 0;
  for (let at = 0; at < text.length; ) {
    const space = isSpace(text.charCodeAt(at));
    at = tokenEnd(text, at);
    if (!space) tokens += 1;
  }
  return tokens;
}

/** The longest beginning of a text that has at most so many tokens. */
export function firstTokens(text: string, most: number): string {
  let tokens = 0;
  for (let at = 0; at < text.length; ) {
    const space = isSpace(text.charCodeAt(at));
    const end = tokenEnd(text, at);
    if (!space) {
      if (tokens === most) return text.slice(0, at).trimEnd();
      tokens += 1;
    }
    at = end;
  }
  return text;
}
