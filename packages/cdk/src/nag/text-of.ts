/** A resolved value of a template as text, with references in angle brackets, such as `<Bucket.Arn>/output/*`. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const intrinsic = value as Record<string, unknown>;
  if (Array.isArray(intrinsic['Fn::Join'])) {
    const [delimiter, parts] = intrinsic['Fn::Join'] as [string, unknown[]];
    return parts.map(textOf).join(delimiter);
  }
  if (Array.isArray(intrinsic['Fn::GetAtt'])) return `<${intrinsic['Fn::GetAtt'].map(textOf).join('.')}>`;
  if (typeof intrinsic['Ref'] === 'string') return `<${intrinsic['Ref']}>`;
  return JSON.stringify(value);
}
