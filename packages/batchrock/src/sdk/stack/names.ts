import { InputError } from '@batchrock/core';
import { nodeSha256 } from '../../node/index.ts';
import { checkedJobNamePrefix } from '../../orchestrator/index.ts';
import { defaultOutput } from '../../request/dataset-name.ts';
import { canonicalJson } from '../../request/identity.ts';

/** The first digits of the SHA-256 of a value, in hexadecimal. */
export function shortHash(value: unknown, digits = 12): string {
  const hash = nodeSha256.sha256(new TextEncoder().encode(canonicalJson(value)));
  return Buffer.from(hash).toString('hex').slice(0, digits);
}

/** A folder of results: as it was asked for, else after the dataset, so that another question does not find it taken. */
export function jobPrefixFor(asked: string | undefined, names: readonly string[], hash: string): string {
  if (asked !== undefined) return checkedJobNamePrefix(asked, '--job-prefix');
  return `${plainName(stemOf(names), 60)}-${hash}`;
}

/** The name of a dataset without its folder and its ending. */
export function stemOf(names: readonly string[]): string {
  return defaultOutput(names).replace(/\.results\.jsonl$/, '');
}

/** What keys, prefixes and names of executions may hold; the same for each. */
export function plainName(text: string, most: number): string {
  const name = text
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[-.]+/, '')
    .slice(0, most);
  return name === '' ? 'batchrock' : name;
}

/** Names of executions have 80 characters at most (API reference of StartExecution, 2026-11), and no dots here. */
export function executionName(prefix: string, hash: string, serial: number): string {
  const ending = `-${hash}${serial === 1 ? '' : `-${serial}`}`;
  return `${plainName(prefix, 80 - ending.length).replace(/[./]/g, '-')}${ending}`;
}

/** The ARN of an execution of a machine. */
export function executionArnOf(machineArn: string, name: string): string {
  if (machineArn.includes(':stateMachine:')) return `${machineArn.replace(':stateMachine:', ':execution:')}:${name}`;
  throw new InputError('BR-E0120', `${machineArn} is no ARN of a state machine`);
}
