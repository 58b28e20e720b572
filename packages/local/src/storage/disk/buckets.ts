import type { DatabaseSync } from 'node:sqlite';

/** A bucket of the storage. */
export interface Bucket {
  readonly name: string;
  readonly region: string;
  /** Milliseconds since the epoch. */
  readonly created: number;
}

/** The buckets of a storage folder. */
export class BucketTable {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** False when it exists already. */
  create(name: string, region: string): boolean {
    const sql = 'insert or ignore into buckets (name, region, created) values (?, ?, ?)';
    return this.#database.prepare(sql).run(name, region, Date.now()).changes === 1;
  }

  find(name: string): Bucket | undefined {
    return this.#database.prepare('select name, region, created from buckets where name = ?').get(name) as Bucket | undefined;
  }

  /** In order of their names. */
  list(): readonly Bucket[] {
    return this.#database.prepare('select name, region, created from buckets order by name').all() as unknown as Bucket[];
  }

  isEmpty(name: string): boolean {
    return this.#database.prepare('select 1 from objects where bucket = ? limit 1').get(name) === undefined;
  }

  remove(name: string): void {
    this.#database.prepare('delete from buckets where name = ?').run(name);
  }
}
