import { Token } from 'aws-cdk-lib';
import { has, refuse, refuseText } from './kinds';

/** Which whole numbers a prop may be, and of what. */
export interface NumberRange {
  readonly from: number;
  readonly to?: number;
  readonly why: string;
}

/** Lambda's own limits of memory end at 10,240 MB (Lambda quotas, 2026-11); below 512 MB the functions have no room to work. */
export const memoryRange: NumberRange = { from: 512, to: 10_240, why: 'MB of memory of a function' };

/** Lambda developer guide, "Configuring maximum concurrency for Amazon SQS event sources", 2026-11. */
export const concurrencyRange: NumberRange = { from: 2, to: 1000, why: 'calls at once, which Lambda limits for a queue' };

/** Throws where a number is given that is none of the range. One that is known only at deployment is not looked at. */
export function checkNumber(name: string, value: unknown, { from, to, why }: NumberRange): void {
  if (value === undefined || Token.isUnresolved(value)) return;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= from && value <= (to ?? value)) return;
  refuse(name, value, `a whole number ${to === undefined ? `of at least ${from}` : `from ${from} to ${to}`} (${why})`);
}

/** Throws where something is given that is no bucket. */
export function checkBucket(name: string, bucket: unknown): void {
  if (bucket === undefined) return;
  if (typeof bucket === 'string')
    refuse(name, bucket, `an s3.IBucket, such as s3.Bucket.fromBucketName(this, 'Data', '${bucket}')`);
  if (!has(bucket, 'grantRead')) refuse(name, bucket, 'an s3.IBucket');
}

/** Throws where something is given that is no list. */
export function checkList(name: string, value: unknown, wanted: string): void {
  if (value !== undefined && !Array.isArray(value)) refuse(name, value, wanted);
}

/** Throws where something is given that is no table. */
function checkTable(name: string, table: unknown): void {
  if (table === undefined || has(table, 'grant')) return;
  refuse(name, table, "a dynamodb.ITable, such as dynamodb.Table.fromTableName(this, 'Ledger', name)");
}

/** Throws where what is given for a ledger is none, or is given twice. */
export function checkLedger(ledger: unknown, table: unknown): void {
  checkTable('table', table);
  if (ledger === undefined) return;
  if (table !== undefined) refuseText('table', 'given beside ledger', 'one of them');
  if (has((ledger as { readonly table?: unknown } | null)?.table, 'grant')) return;
  refuse('ledger', ledger, "a BatchLedger, or BatchLedger.fromStack(this, 'Ledger', nameOfItsStack)");
}

/** Throws where something is given that is no topic. */
export function checkTopic(name: string, topic: unknown): void {
  if (topic !== undefined && !has(topic, 'grantPublish')) refuse(name, topic, 'an sns.ITopic');
}
