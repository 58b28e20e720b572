import { outputsOf, type StackKind, type ToldStack } from './told-stack.ts';

/** The stack of a queue of files: what its outputs say. */
export interface QueueStack {
  readonly name: string;
  readonly region: string;
  readonly bucket: string;
  /** Of its ledger. */
  readonly table: string;
  /** The function that changes what becomes of a file. */
  readonly changeFunction: string;
}

const QUEUE: StackKind<'bucketName' | 'tableName' | 'changeFunctionName'> = {
  what: 'queue',
  construct: 'BatchQueueStack',
  outputs: ['bucketName', 'tableName', 'changeFunctionName'],
};

/** Reads the outputs of a stack that is to be a queue. Throws what `outputsOf` throws. */
export function queueOf(told: ToldStack | undefined, place: { readonly name: string; readonly region: string }): QueueStack {
  const { name, outputs } = outputsOf(told, QUEUE, place);
  const { bucketName: bucket, tableName: table, changeFunctionName: changeFunction } = outputs;
  return { name, region: place.region, bucket, table, changeFunction };
}
