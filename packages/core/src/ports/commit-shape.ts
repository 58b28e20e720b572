import { InvariantError } from '../errors/index.ts';
import { type Key, MAX_COMMIT_WRITES, type NewItem, type Write } from './ledger.ts';

/** Keys and places are compared by their bytes in every ledger, and joined by a blank in one of them. */
const NAME = /^[\u0021-\u007e]+$/;

/** The key that a write is about. */
export function keyOfWrite(write: Write): Key {
  if ('put' in write) return write.put.key;
  return 'check' in write ? write.check : write.remove;
}

/**
 * Refuses a commit that no ledger takes, before anything is asked: no writes or more than `MAX_COMMIT_WRITES`, a key twice,
 * an item at two places of one index, a key or a place that is not printable ASCII without blanks. Throws `BR-E0901`: only
 * a bug of ours makes one.
 */
export function checkCommit(writes: readonly Write[]): void {
  if (writes.length === 0 || writes.length > MAX_COMMIT_WRITES) {
    throw new InvariantError(`a commit takes 1 to ${MAX_COMMIT_WRITES} writes, got ${writes.length}`);
  }
  const keys = writes.map(keyOfWrite);
  if (new Set(keys).size !== keys.length) throw new InvariantError(`a commit names a key twice: ${keys.join(', ')}`);
  for (const key of keys) checkName('a key', key);
  for (const write of writes) if ('put' in write) checkPlaces(write.put);
}

function checkPlaces({ key, indexes }: NewItem<unknown>): void {
  const known = new Set<string>();
  for (const { index, at, sort } of indexes) {
    if (known.has(index)) throw new InvariantError(`${key} has two places in the index ${index}`);
    known.add(index);
    checkName(`the place of ${key} in ${index}`, at);
    checkName(`the sort of ${key} in ${index}`, sort);
  }
}

function checkName(what: string, name: string): void {
  if (!NAME.test(name)) throw new InvariantError(`${what} is ${JSON.stringify(name)}: it takes printable ASCII without blanks`);
}
