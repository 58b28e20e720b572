import type { Item, Ledger, NewItem } from '@batchrock/core';

/** How far looking through an inbox for objects that nobody told of has come: item `INBOX#<bucket>`, schema `inbox/1`. */
export interface InboxLook {
  /** Objects that were put there before are not looked for any more; milliseconds since the epoch. */
  readonly from: number;
  /** When the last look began, milliseconds since the epoch. */
  readonly begunAt: number;
  /** The key behind which it goes on; absent: it came to its end. */
  readonly after?: string;
}

function keyOf(bucket: string): string {
  return `INBOX#${bucket}`;
}

/** Undefined before the first look. */
export async function findLook({ ledger }: { readonly ledger: Ledger }, bucket: string): Promise<Item<InboxLook> | undefined> {
  const item = await ledger.get(keyOf(bucket));
  return item?.schema === 'inbox/1' ? (item as Item<InboxLook>) : undefined;
}

/** Says how far the look has come. A sweep beside this one may say otherwise: either is as good. */
export async function writeLook(
  { ledger }: { readonly ledger: Ledger },
  bucket: string,
  body: InboxLook,
  before: Item<InboxLook> | undefined,
): Promise<void> {
  const put: NewItem<InboxLook> = { key: keyOf(bucket), schema: 'inbox/1', body, indexes: [] };
  await ledger.commit([{ put, expect: before?.version ?? 'absent' }]);
}
