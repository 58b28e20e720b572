import type { CallOptions, ObjectStore } from '@batchrock/core';
import type { QueueSettings } from '../files/index.ts';
import type { FinishQueue } from '../finish-queue/index.ts';
import type { Inbox } from '../inbox/index.ts';
import type { IntakeQueue } from '../intake-queue/index.ts';
import type { Notices } from '../notices/index.ts';
import type { FoundDataset } from '../question/index.ts';
import type { TellingEngine } from '../waiting/index.ts';

/** What the functions of a queue work with beside what every function has. */
export interface FileEngine extends TellingEngine {
  readonly settings: QueueSettings;
  readonly inbox: Inbox;
  readonly intake: IntakeQueue;
  readonly finishes: FinishQueue;
  /** Absent: files that have come to their end are told to nobody. */
  readonly notices?: Notices;
  /** The objects of a bucket, by their keys. */
  readonly objectsOf: (bucket: string) => ObjectStore;
  /** An object as a dataset. Throws `BR-E0101` when there is none. */
  readonly findObject: (bucket: string, key: string, o?: CallOptions) => Promise<FoundDataset>;
}
