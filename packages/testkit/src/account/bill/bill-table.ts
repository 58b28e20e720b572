import { billOf, PRICES_OF } from './prices.ts';
import type { Usage } from './usage.ts';

/** What one system has used. */
export interface BillColumn {
  readonly name: string;
  readonly usage: Usage;
  /** What its functions run on. */
  readonly processor: 'arm' | 'x86';
}

const LINES: Readonly<Record<keyof Usage, string>> = {
  transitions: 'state transitions',
  lambdaRequests: 'Lambda requests',
  lambdaGBSeconds: 'Lambda GB-seconds',
  tableWrites: 'DynamoDB write units',
  tableReads: 'DynamoDB read units',
  objectWrites: 'S3 PUT and LIST',
  objectReads: 'S3 GET and HEAD',
  queueRequests: 'SQS requests',
  scheduledEvents: 'scheduled events',
  logBytes: 'log bytes',
};

/** A table in Markdown: a line for each thing that is paid for, a column of numbers and one of USD for each system. */
export function billTable(columns: readonly BillColumn[]): string {
  const bills = columns.map(({ usage, processor }) => billOf(usage, processor));
  const row = (name: string, cells: readonly string[]): string => `| ${[name, ...cells].join(' | ')} |`;
  const lines = Object.entries(LINES).map(([key, name]) =>
    row(
      name,
      columns.flatMap(({ usage }, i) => [countText(usage[key as keyof Usage]), usdText(bills[i]?.[key as keyof Usage])]),
    ),
  );
  return [
    row(
      `prices of ${PRICES_OF}, us-east-1`,
      columns.flatMap(({ name }) => [name, 'USD']),
    ),
    `|---|${columns.map(() => '---:|---:|').join('')}`,
    ...lines,
    row(
      'all',
      bills.flatMap(({ total }) => ['', usdText(total)]),
    ),
  ].join('\n');
}

function countText(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}

function usdText(usd = 0): string {
  return usd.toFixed(5);
}
