import type {
  AnswerCache,
  BatchService,
  Clock,
  Compression,
  Digest,
  Families,
  Ledger,
  ModelRuntime,
  ObjectStore,
  Random,
  Schemas,
  Scratch,
} from '../ports/index.ts';

/** Everything that a use case needs from outside. The composition root fills it in once. */
export interface RunPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly digest: Digest;
  readonly ledger: Ledger;
  readonly objects: ObjectStore;
  readonly service: BatchService;
  readonly compression: Compression;
  readonly scratch: Scratch;
  readonly schemas: Schemas;
  readonly families: Families;
  /** Models on demand, for runs whose tail goes there; where it is absent a tail is padded. */
  readonly runtime?: ModelRuntime | undefined;
  /** Answers of other runs, for runs that ask for them; where it is absent such a run finds none, and keeps none. */
  readonly answers?: AnswerCache | undefined;
}
