/** A family of a user's project that was deployed with a stack. */
export interface ToldFamily {
  readonly name: string;
  /** Of its module, in hexadecimal. */
  readonly sha256: string;
}

/** The families that the output `families` of a stack tells: `name:sha256`, separated by commas; none where there is none. */
export function toldFamilies(outputs: Readonly<Record<string, string>> | undefined): readonly ToldFamily[] {
  const pairs = (outputs?.['families'] ?? '').split(',').filter((each) => each !== '');
  return pairs.map((pair) => {
    const [name = '', sha256 = ''] = pair.split(':');
    return { name, sha256 };
  });
}
