import { InputError } from '@batchrock/core';
import type { JobSettings } from './job-settings.ts';
import { BUCKET, REGION } from './option-patterns.ts';

/** Another Region that jobs may run in. Plain JSON. */
export interface RegionBucket {
  readonly region: string;
  /** What jobs there read and write; the prefix is that of the target. */
  readonly bucket: string;
  /** The key of KMS of that Region, where the target has one. */
  readonly kmsKey?: string;
}

/** A Region as it is named: its bucket where that is said. */
interface AskedRegion {
  readonly region: string;
  readonly bucket?: string;
}

/** Reads `us-west-2` or `us-west-2=bucket`. Throws `BR-E0120` for what is neither. */
export function readRegions(texts: readonly string[]): readonly AskedRegion[] {
  const asked = texts.map((text): AskedRegion => {
    const [region = '', bucket, ...rest] = text.split('=');
    const isSound = REGION[0].test(region) && rest.length === 0 && (bucket === undefined || BUCKET[0].test(bucket));
    if (!isSound) throw refused('regions', text, 'codes of Regions, such as us-west-2 or us-west-2=my-bucket');
    return { region, ...(bucket !== undefined && { bucket }) };
  });
  const twice = asked.find(({ region }, i) => asked.findIndex((each) => each.region === region) !== i);
  if (twice !== undefined) throw refused('regions', twice.region, 'each Region once');
  return asked;
}

/** The Regions beside that of the bucket, in the order in which they are named. Throws `BR-E0120` for what does not go together. */
export function otherRegions(
  home: RegionBucket,
  asked: readonly AskedRegion[],
  { kmsKey, vpcConfig }: JobSettings,
): readonly RegionBucket[] {
  if (asked.length === 0) return [];
  const own = asked.find(({ region }) => region === home.region);
  if (own === undefined) {
    const named = asked.map(({ region }) => region).join(',');
    throw refused('regions', named, `a list with ${home.region} in it, the Region of the bucket`);
  }
  if (own.bucket !== undefined && own.bucket !== home.bucket) {
    throw refused('regions', `${own.region}=${own.bucket}`, `${home.bucket} there, the bucket of the run`);
  }
  const others = asked.filter((each) => each !== own);
  if (others.length > 0 && vpcConfig !== undefined)
    throw refused('regions', others[0]?.region ?? '', 'no --subnet: a subnet is of one Region');
  return others.map(({ region, bucket }) => ({
    region,
    bucket: bucket ?? bucketIn(home, region),
    ...(kmsKey !== undefined && { kmsKey: keyIn(kmsKey, region) }),
  }));
}

/** `runs-us-east-1` is `runs-us-west-2` elsewhere, and `runs` is `runs-us-west-2`. */
function bucketIn(home: RegionBucket, region: string): string {
  const end = `-${home.region}`;
  const start = home.bucket.endsWith(end) ? home.bucket.slice(0, -end.length) : home.bucket;
  const bucket = `${start}-${region}`;
  if (BUCKET[0].test(bucket)) return bucket;
  throw refused('regions', region, `${region}=BUCKET: ${bucket} is too long for a name`);
}

/** A key is of one Region, but for an alias, which each may have, and for a multi-Region key, whose id begins with `mrk-`. */
function keyIn(kmsKey: string, region: string): string {
  const [, resource] = /(?:^|:)((?:key\/)?mrk-[0-9a-f]+|alias\/.+)$/.exec(kmsKey) ?? [];
  if (resource === undefined) {
    throw refused('kms-key', kmsKey, 'with several --regions an alias, or a multi-Region key (mrk-…)');
  }
  return kmsKey.replace(/^(arn:[^:]+:kms:)[^:]*/, `$1${region}`);
}

/** Throws `BR-E0120` for a Region of jobs that rows may not come to. */
export function checkResidency(places: readonly RegionBucket[], residency: readonly string[]): void {
  if (residency.length === 0) return;
  const outside = places.find(({ region }) => !residency.includes(region));
  if (outside === undefined) return;
  throw refused('residency', residency.join(','), `a list with ${outside.region} in it, where jobs are to run`);
}

function refused(option: string, value: string, allowed: string): InputError {
  return new InputError('BR-E0120', `--${option} is ${JSON.stringify(value)}; allowed: ${allowed}`, {
    details: { option, value },
  });
}
