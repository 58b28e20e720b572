import type { EventBody } from '@batchrock/core';
import type { RunStatus } from './run-status.ts';

/** What a run is doing, told as it goes on. */
export type RunProgress =
  /** The dataset is read to know it again. */
  | { readonly phase: 'hashing'; readonly bytes: number; readonly totalBytes: number | undefined }
  /** A dataset goes to the bucket of a stack, or files come from there. */
  | { readonly phase: 'uploading' | 'downloading'; readonly bytes: number; readonly totalBytes: number | undefined }
  /** Rows are looked at: for a plan, or counted to draw a sample of them. */
  | { readonly phase: 'reading'; readonly rows: number; readonly share: number | undefined }
  /** The run is known from here on; `found` when it was there before. */
  | { readonly phase: 'run'; readonly run: string; readonly found: boolean; readonly state: string }
  /** Rows become records and parts. */
  | { readonly phase: 'preparing'; readonly run: string; readonly rows: number; readonly share: number | undefined }
  /** Jobs run. */
  | { readonly phase: 'running'; readonly status: RunStatus; readonly trouble?: unknown }
  | { readonly phase: 'event'; readonly event: EventBody }
  /** Outcomes and rows become results. */
  | { readonly phase: 'exporting'; readonly run: string; readonly rows: number; readonly totalRows: number | undefined };

/** How a call goes that waits for a run, unless it is to leave it. */
export interface LeaveOptions extends FollowOptions {
  /**
   * Do what can be done now and leave the run: its jobs go on at Bedrock, and `watch`, `resume` or another process comes back to
   * them. With a stack: only until its execution has a run, which is left to the account then.
   */
  readonly isLeft?: boolean;
}

/** How a long call is followed and cancelled. */
export interface FollowOptions {
  readonly signal?: AbortSignal;
  /** Hears what the run is doing. */
  readonly onProgress?: (progress: RunProgress) => void;
}
