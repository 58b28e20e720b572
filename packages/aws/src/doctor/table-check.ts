import { DescribeContinuousBackupsCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { CallOptions } from '@batchrock/core';
import { type ConnectionOptions, clientConfig } from '../client-options.ts';
import { type Finding, fail, lookAt, ok, warn } from './check.ts';

const IDLE_MS = 30_000;

/** Whether the table of a ledger is there, and can be brought back as it was. */
export async function lookAtTable(connection: ConnectionOptions, table: string, { signal }: CallOptions): Promise<Finding> {
  const client = new DynamoDBClient(clientConfig(connection, IDLE_MS));
  try {
    const call = client.send(new DescribeContinuousBackupsCommand({ TableName: table }), { abortSignal: signal });
    const found = call.catch((error: unknown) => {
      if (error instanceof Error && error.name === 'TableNotFoundException') return undefined;
      throw error;
    });
    const looked = await lookAt(found, 'DescribeContinuousBackups', `dynamodb:DescribeContinuousBackups on ${table}`);
    if (!('found' in looked)) return looked;
    if (looked.found === undefined) return fail(`there is no table ${table}`, 'deploy the stack again: batchrock deploy');
    const recovery = looked.found.ContinuousBackupsDescription?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus;
    if (recovery === 'ENABLED') return ok(`${table} can be brought back as it was`);
    const settings = '--point-in-time-recovery-specification PointInTimeRecoveryEnabled=true';
    return warn(
      `${table} has no recovery to a point in time`,
      `aws dynamodb update-continuous-backups --table-name ${table} ${settings}`,
    );
  } finally {
    client.destroy();
  }
}
