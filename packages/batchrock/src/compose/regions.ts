import { InputError } from '@batchrock/core';
import type { JobSettings } from './job-settings.ts';
import { BUCKET, REGION } from './option-patterns.ts';
import { type AskedKeys, keyIn } from './region-keys.ts';

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
  { keys, vpcConfig }: Pick<JobSettings, 'vpcConfig'> & { readonly keys?: AskedKeys },
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
    ...(keys !== undefined && { kmsKey: keyIn(keys, region, true) }),
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
