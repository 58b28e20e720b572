import { InputError } from '@batchrock/core';
import { REGION } from './option-patterns.ts';

/** Keys of KMS as they are asked for: one for wherever jobs run, or one for each Region, `us-east-1=KEY,us-west-2=KEY`. */
export type AskedKeys = { readonly text: string } & (
  | { readonly kind: 'one' }
  | { readonly kind: 'each'; readonly keys: ReadonlyMap<string, string> }
);

/** Of the service model (bedrock 2023-04-20, read 2026-11-21). */
const KEY =
  /^((arn:aws(-[^:]+)?:kms:[a-zA-Z0-9-]*:[0-9]{12}:((key\/[a-zA-Z0-9-]{36})|(alias\/[a-zA-Z0-9-_/]+)))|([a-zA-Z0-9-]{36})|(alias\/[a-zA-Z0-9-_/]+))$/;

/** Reads `KEY` or `REGION=KEY,REGION=KEY`. Throws `BR-E0120` for what is neither. */
export function readKeys(text: string): AskedKeys {
  if (KEY.test(text)) return { kind: 'one', text };
  const keys = new Map<string, string>();
  for (const item of text.split(',')) {
    const [region = '', key = '', ...rest] = item.split('=').map((each) => each.trim());
    if (!REGION[0].test(region) || !KEY.test(key) || rest.length > 0) {
      throw refused(text, 'the ARN, id or alias of a key of KMS, or REGION=KEY for each Region, with commas between them');
    }
    if (keys.has(region)) throw refused(text, `one key for ${region}`);
    if (regionOf(key, region) !== region) throw refused(text, `for ${region} a key of that Region`);
    keys.set(region, key);
  }
  return { kind: 'each', text, keys };
}

/**
 * The key of a Region; `isOneOfSeveral`: jobs run in others too. Throws `BR-E0120` where there is none: a key is of one Region, but for an
 * alias, which each may have, and for a multi-Region key, whose id begins with `mrk-`.
 */
export function keyIn(asked: AskedKeys, region: string, isOneOfSeveral: boolean): string {
  if (asked.kind === 'each') {
    const key = asked.keys.get(region);
    if (key === undefined) throw refused(asked.text, `a list with a key of ${region} in it, where jobs are to run`);
    return key;
  }
  if (!isOneOfSeveral) return asked.text;
  if (/(?:^|[:/])mrk-[0-9a-f]+$|(?:^|:)alias\//.test(asked.text))
    return asked.text.replace(/^(arn:[^:]+:kms:)[^:]*/, `$1${region}`);
  const why = 'with several --regions an alias, a multi-Region key (mrk-…), or a key for each, us-east-1=KEY,us-west-2=KEY';
  throw refused(asked.text, why);
}

/** Where a key is, as its ARN tells. */
function regionOf(key: string, elsewhere: string): string {
  return key.startsWith('arn:') ? (key.split(':')[3] ?? '') : elsewhere;
}

function refused(value: string, allowed: string): InputError {
  return new InputError('BR-E0120', `--kms-key is ${JSON.stringify(value)}; allowed: ${allowed}`, {
    details: { option: 'kms-key', value },
  });
}
