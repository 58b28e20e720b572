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
  if (code < 0x80) return ASCII_WORD[code] === 1;
  // Scripts written without spaces count one token a character; surrogates are taken in pairs.
  return code < 0x2e80 && code !== 0xa0;
}

/** 1 for the letters and digits of ASCII. */
const ASCII_WORD = Uint8Array.from({ length: 0x80 }, (_, code) => (/[A-Za-z0-9]/.test(String.fromCharCode(code)) ? 1 : 0));

/** An estimate of the tokens of a text: words in pieces of six, everything else by character, white space free. */
export function countTokens(text: string): number {
  let tokens = 0;
  let inWord = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (isWordCode(code)) {
      if (inWord === 0) tokens += 1;
      inWord = inWord === CHARS_PER_TOKEN - 1 ? 0 : inWord + 1;
      continue;
    }
    inWord = 0;
    if (isSpace(code)) continue;
    tokens += 1;
    if (code >= 0xd800 && code <= 0xdbff) at += 1;
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
