import { createHash } from 'node:crypto';

/** Files that the hub has made of one split. */
export interface ConvertedSplit {
  readonly config: string;
  readonly split: string;
  readonly files: readonly Uint8Array[];
  /** Only the first 5 GB: the folder is called `partial-<split>`. */
  readonly isPartial?: boolean;
}

/** A dataset of the hub of a test. */
export interface TestDataset {
  /** Default: public. */
  readonly access?: 'private' | 'gated';
  readonly converted?: readonly ConvertedSplit[];
  /** Configs whose conversion is under way, and could not be done. */
  readonly pending?: readonly string[];
  readonly failed?: readonly string[];
  /** What the owner has on the branch `main`, by path. */
  readonly own?: Readonly<Record<string, Uint8Array | string>>;
  /** `configs` of the card. */
  readonly card?: Readonly<Record<string, unknown>>;
  /** Why the viewer has nothing, as its `X-Error-Code`: `ResponseNotReady`, `DatasetGenerationError`, … */
  readonly viewerError?: string;
}

/** The branch on which the hub keeps what it has converted. */
export const CONVERTED_BRANCH = 'refs/convert/parquet';

/** Files of a revision by path. */
export type Tree = ReadonlyMap<string, Uint8Array>;

/** What stands on the two branches of a dataset. */
export function treeOf(dataset: TestDataset, branch: string): Tree | undefined {
  if (branch === CONVERTED_BRANCH) {
    const paths = (dataset.converted ?? []).flatMap((each) =>
      each.files.map((file, i): [string, Uint8Array] => [`${folderOf(each)}/${String(i).padStart(4, '0')}.parquet`, file]),
    );
    return new Map(paths);
  }
  if (branch !== 'main') return undefined;
  return new Map(Object.entries(dataset.own ?? {}).map(([path, content]) => [path, Buffer.from(content)]));
}

/** `default/train`, or `default/partial-train`. */
export function folderOf({ config, split, isPartial }: ConvertedSplit): string {
  return `${config}/${isPartial ? 'partial-' : ''}${split}`;
}

/** A commit is named by what stands in it. */
export function commitOf(tree: Tree): string {
  const hash = createHash('sha1');
  for (const [path, content] of tree) hash.update(path).update(content);
  return hash.digest('hex');
}

/** What the hub gives as `X-Linked-Etag`: the SHA-256 of the content. */
export function oidOf(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
