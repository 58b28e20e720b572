const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** The text of the JSON string whose inside is `bytes[start..end)`. For looking at single values. */
export function jsonText(bytes: Uint8Array, start: number, end: number): string {
  return JSON.parse(`"${utf8.decode(bytes.subarray(start, end))}"`);
}
