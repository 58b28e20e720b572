import { InputError } from '@batchrock/core';

/** A variable of the function's environment, which the construct sets. */
export function requiredSetting(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') {
    throw new InputError('BR-E0120', `the environment variable ${name} is not set; the construct BedrockBatchSfn sets it`);
  }
  return value;
}
