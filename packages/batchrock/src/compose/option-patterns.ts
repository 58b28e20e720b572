import { InputError } from '@batchrock/core';

/** What the values of an option have to look like, and how that is said; `flag` where the option is called otherwise. */
export type OptionPattern = readonly [name: string, pattern: RegExp, allowed: string, flag?: string];

/** As S3 names buckets (API reference of CreateBucket, 2026-11). */
export const BUCKET = [/^[a-z0-9][-.a-z0-9]{1,61}[a-z0-9]$/, '3 to 63 lower-case letters, digits, dots and hyphens'] as const;

/** The codes of every partition: us-east-1, us-gov-west-1, eu-isoe-west-1, eusc-de-east-1. */
export const REGION = [/^[a-z]{2,4}(-[a-z]{2,})+-\d{1,2}$/, 'the code of a Region, such as us-east-1'] as const;

/** What Bedrock takes of a key in the URI of an object (service model bedrock 2023-04-20, read 2026-11-21). */
export const PREFIX = [
  /^([-!_*'().a-z0-9A-Z]+(\/[-!_*'().a-z0-9A-Z]+)*)?$/,
  "letters, digits and - ! _ * ' ( ) . with single slashes",
] as const;

/** As EC2 names them (API reference, 2026-11), within the 32 characters that Bedrock takes. */
export const SUBNET = [/^subnet-[0-9a-f]{1,25}$/, 'ids of subnets, such as subnet-0a1b2c3d'] as const;
export const SECURITY_GROUP = [/^sg-[0-9a-f]{1,29}$/, 'ids of security groups, such as sg-0a1b2c3d'] as const;

/** A prefix without slashes at its ends. */
export function trimmedPrefix(prefix: string): string {
  return prefix.replace(/^\/+|\/+$/g, '');
}

/** Throws `BR-E0120` for the first value that a service would refuse; what is absent is not looked at. */
export function checkOptions(
  patterns: readonly OptionPattern[],
  values: Readonly<Record<string, string | readonly string[] | undefined>>,
): void {
  for (const [name, pattern, allowed, flag = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)] of patterns) {
    for (const value of [values[name] ?? []].flat()) {
      if (pattern.test(value)) continue;
      throw new InputError('BR-E0120', `--${flag} is ${JSON.stringify(value)}; allowed: ${allowed}`, {
        details: { option: flag, value },
      });
    }
  }
}
