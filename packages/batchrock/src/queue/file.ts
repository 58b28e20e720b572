import type { Priority } from '@batchrock/core';

/**
 * Pending ──a job exists──▶ InProgress ──no job of it left──▶ Completed | PartiallyCompleted | Failed | Cancelled
 *    │ ▲                       │ ▲                                   │
 *    ▼ │ resume                ▼ │ resume            retry, or the same object put there again
 *  Paused                    Paused                                  ▼
 *                                                                 Pending
 */
export type FileStatus = 'Pending' | 'InProgress' | 'Paused' | 'Completed' | 'PartiallyCompleted' | 'Failed' | 'Cancelled';

/** Why a file waits, has failed or was cancelled. */
export interface FileReason {
  /** Of the error catalogue, or a word of ours such as `Cancelled`. */
  readonly code: string;
  /** With what to do about it. */
  readonly message: string;
}

/** Where results go that do not lie in the queue's own bucket. */
export interface FileOutput {
  readonly bucket: string;
  /** With a slash at its end, or empty. */
  readonly prefix: string;
}

/** Records by what became of them. */
export interface FileCounts {
  readonly rows: number;
  readonly succeeded: number;
  readonly failed: number;
  /** Never sent: no record could be read in their line. */
  readonly rejected: number;
  /** Of a file that was cancelled: not sent, or not answered. */
  readonly pending?: number;
  /** Of the succeeded: cut off at the token limit. */
  readonly truncated: number;
}

/** Hours that a job may take (API reference of CreateModelInvocationJob, 2026-11). */
export const JOB_HOURS = { from: 24, to: 168 } as const;

/** A file of the queue: item `FILE#<id>`, schema `file/1`. Times are milliseconds since the epoch. */
export interface FileBody {
  /** `f-` and 10 characters of base 36. */
  readonly file: string;
  /** The queue that it belongs to: its bucket. */
  readonly queue: string;
  /** Where the object lies: the queue's bucket, or another one that it was enqueued from. */
  readonly bucket: string;
  readonly key: string;
  /** Without quotes; only this content is read. */
  readonly etag: string;
  readonly versionId?: string;
  /** When the object was last put there; later for one that is put there again. */
  readonly modifiedAt: number;
  /** Bytes. */
  readonly size: number;
  /** Its results lie below this name. */
  readonly name: string;
  readonly modelId: string;
  /** How its model is spoken to, where that was said. */
  readonly family?: string;
  readonly priority: Priority;
  readonly weight: number;
  /** Of a job of it; absent: that of the queue. */
  readonly timeoutHours?: number;
  /** Absent: `processed/` of the queue's own bucket. */
  readonly output?: FileOutput;
  readonly run?: string;
  readonly status: FileStatus;
  readonly receivedAt: number;
  /** When its first job was seen. */
  readonly startedAt?: number;
  readonly endedAt?: number;
  /** The generation in hand: how often a record of it was sent at most. */
  readonly attempt?: number;
  readonly counts?: FileCounts;
  readonly tokens?: { readonly input: number; readonly output: number };
  /** US dollars; absent where price or tokens are not known. */
  readonly costUsd?: number;
  readonly reason?: FileReason;
  /** The folder of its results in their bucket, with a slash at its end. */
  readonly results?: string;
  /** It is at its end, and not everybody has been told yet, or its object not been moved. */
  readonly isEnding?: true;
  /** A task waits for it, perhaps more than one: `TASKS#<file>`. */
  readonly isAwaited?: true;
  /** It is to be paused as soon as it is prepared. */
  readonly wantsPause?: true;
  /** When a message about it was last sent because nothing happened. */
  readonly remindedAt?: number;
}

const OVER: readonly FileStatus[] = ['Completed', 'PartiallyCompleted', 'Failed', 'Cancelled'];

/** True for a status that only a user leaves. */
export function isOver({ status }: Pick<FileBody, 'status'>): boolean {
  return OVER.includes(status);
}

/** A file as it is shown: without what only the functions need. */
export type ShownFile = Omit<FileBody, 'queue' | 'modifiedAt' | 'isEnding' | 'isAwaited' | 'wantsPause' | 'remindedAt'>;

export function shownFile(file: FileBody): ShownFile {
  const { queue: _, modifiedAt: _m, isEnding: _e, isAwaited: _a, wantsPause: _p, remindedAt: _r, ...shown } = file;
  return shown;
}

/** A file as it was before it ended. */
export function reopened(file: FileBody): FileBody {
  const { endedAt: _, counts: _c, tokens: _t, costUsd: _u, reason: _r, wantsPause: _w, isEnding: _e, ...kept } = file;
  return { ...kept, status: file.startedAt === undefined ? 'Pending' : 'InProgress' };
}
