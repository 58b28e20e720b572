import { type BatchrockError, ServiceError } from '@batchrock/core';
import { translateError } from '../translate-error.ts';

/** What a process needs that uses a ledger; one that makes the table needs CreateTable and DescribeTable beside it. */
const PERMISSIONS =
  'dynamodb:GetItem, PutItem, DeleteItem and ConditionCheckItem on the table, and dynamodb:Query on its indexes';

/** Translates what a call about a table throws; a table that is not there is told as such. */
export function translateTableError(error: unknown, operation: string, table: string): BatchrockError {
  const { name, $metadata } = error as { readonly name?: string; readonly $metadata?: { readonly clockSkewCorrected?: boolean } };
  const what = `${operation} ${table}`;
  if (name === 'ResourceNotFoundException') {
    return new ServiceError('BR-E0504', `${what}: there is no such table`, {
      reason: 'invalid',
      effect: 'none',
      hint: 'check the name of the table and its Region, or make the table first',
      cause: error,
    });
  }
  if ($metadata?.clockSkewCorrected === true) {
    // the client knows the right time now, and signs the next try by it
    const message = `${what}: the clock of this machine is off`;
    return new ServiceError('BR-E0503', message, { reason: 'unavailable', effect: 'none', cause: error });
  }
  return translateError(error, what, `allow ${PERMISSIONS}`);
}
