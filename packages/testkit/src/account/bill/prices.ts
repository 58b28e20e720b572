import type { Usage } from './usage.ts';

/** When the prices below were the list's. */
export const PRICES_OF = '2026-11';

/**
 * USD a unit, us-east-1, without free tiers: the pricing pages of Step Functions ($0.025 per 1,000 transitions), Lambda ($0.20 per
 * million requests; $0.0000133334 per GB-second on Arm, $0.0000166667 on x86), DynamoDB on demand ($0.625 and $0.125 per million
 * write and read request units since November 2024), S3 Standard ($0.005 and $0.0004 per 1,000), SQS ($0.40 per million), EventBridge
 * ($1 per million) and CloudWatch Logs ($0.50 per GB).
 */
const PRICES: Readonly<Record<keyof Usage, number>> = {
  transitions: 0.025 / 1_000,
  lambdaRequests: 0.2 / 1e6,
  lambdaGBSeconds: 0.0000133334,
  tableWrites: 0.625 / 1e6,
  tableReads: 0.125 / 1e6,
  objectWrites: 0.005 / 1_000,
  objectReads: 0.0004 / 1_000,
  queueRequests: 0.4 / 1e6,
  scheduledEvents: 1 / 1e6,
  logBytes: 0.5 / 1e9,
};

const LAMBDA_X86_USD = 0.0000166667;

/** What is paid for a use, USD, line by line. */
export function billOf(usage: Usage, processor: 'arm' | 'x86' = 'arm'): Readonly<Record<keyof Usage | 'total', number>> {
  const lines = Object.entries(PRICES).map(([key, price]) => {
    const unit = key === 'lambdaGBSeconds' && processor === 'x86' ? LAMBDA_X86_USD : price;
    return [key, usage[key as keyof Usage] * unit] as const;
  });
  const total = lines.reduce((sum, [, usd]) => sum + usd, 0);
  return Object.fromEntries([...lines, ['total', total]]) as Readonly<Record<keyof Usage | 'total', number>>;
}

/** The same without the seconds of functions, which depend on the machine that they were measured on. */
export function billOfCalls(usage: Usage): number {
  const { total, lambdaGBSeconds } = billOf(usage);
  return total - lambdaGBSeconds;
}
