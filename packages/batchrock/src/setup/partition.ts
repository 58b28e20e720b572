/** The partition that a Region is in (AWS General Reference, 2026-11). */
export function partitionOf(region: string): string {
  const partitions = [
    ['cn-', 'aws-cn'],
    ['us-gov-', 'aws-us-gov'],
    ['us-isob-', 'aws-iso-b'],
    ['us-isof-', 'aws-iso-f'],
    ['eu-isoe-', 'aws-iso-e'],
    ['us-iso-', 'aws-iso'],
    ['eusc-', 'aws-eusc'],
  ] as const;
  return partitions.find(([start]) => region.startsWith(start))?.[1] ?? 'aws';
}
