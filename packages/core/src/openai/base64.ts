const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const IS_DIGIT = new Uint8Array(128);
for (let i = 0; i < ALPHABET.length; i++) IS_DIGIT[ALPHABET.charCodeAt(i)] = 1;

/**
 * The data with its padding, where it is base64 by RFC 4648 section 4 (no line breaks, not the alphabet for URLs); undefined where
 * it is not. Missing padding is added; the text is not copied otherwise.
 */
export function soundBase64(data: string): string | undefined {
  let end = data.length;
  while (end > 0 && data.length - end < 2 && data.charCodeAt(end - 1) === 0x3d) end -= 1;
  for (let i = 0; i < end; i++) {
    const code = data.charCodeAt(i);
    if (code > 127 || IS_DIGIT[code] === 0) return undefined;
  }
  const rest = end % 4;
  if (rest === 1) return undefined;
  const padding = rest === 0 ? 0 : 4 - rest;
  const given = data.length - end;
  if (given === padding) return data;
  return given === 0 ? data + '='.repeat(padding) : undefined;
}

/** Numbers as OpenAI's `encoding_format: base64` has them: IEEE 754 of 32 bits each, little-endian, one behind the other. */
export function float32Base64(numbers: readonly number[]): string {
  const bytes = new Uint8Array(4 * numbers.length);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < numbers.length; i++) view.setFloat32(4 * i, numbers[i]!, true);
  return base64Of(bytes);
}

function base64Of(bytes: Uint8Array): string {
  let text = '';
  let i = 0;
  for (; i + 2 < bytes.length; i += 3) {
    const group = (bytes[i]! << 16) | (bytes[i + 1]! << 8) | bytes[i + 2]!;
    text += ALPHABET[group >> 18]! + ALPHABET[(group >> 12) & 63]! + ALPHABET[(group >> 6) & 63]! + ALPHABET[group & 63]!;
  }
  const left = bytes.length - i;
  if (left === 1) return `${text}${ALPHABET[bytes[i]! >> 2]}${ALPHABET[(bytes[i]! & 3) << 4]}==`;
  if (left === 2) {
    const group = (bytes[i]! << 8) | bytes[i + 1]!;
    return `${text}${ALPHABET[group >> 10]}${ALPHABET[(group >> 4) & 63]}${ALPHABET[(group & 15) << 2]}=`;
  }
  return text;
}
