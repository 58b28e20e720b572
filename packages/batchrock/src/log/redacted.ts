/** What credentials look like in a text (IAM User Guide, unique identifiers; Signature Version 4, 2026-11), and what stays of each. */
const CREDENTIALS: readonly (readonly [looks: RegExp, stays: string])[] = [
  [/\b(AKIA|ASIA)[A-Z0-9]{12,}\b/g, '$1…'],
  [/\b(X-Amz-(?:Signature|Security-Token|Credential))=[^&\s"']+/gi, '$1=…'],
  [/\b(authorization:?\s*(?:Bearer|Basic|AWS4-HMAC-SHA256))\s[^\r\n]+/gi, '$1 …'],
  [/\b([a-z][a-z0-9+.-]*:\/\/)[^/\s:@"']+(?::[^/\s@"']*)?@/gi, '$1…@'],
];

/** Of a text; a longer one is cut. */
const MOST_CHARACTERS = 2_000;

/** A text without what looks like a credential. */
export function redacted(text: string): string {
  const short = text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;
  return CREDENTIALS.reduce((left, [looks, stays]) => left.replace(looks, stays), short);
}
