import type { CollectCounts } from '@batchrock/core';
import { type MadePiece, serveTasks } from 'batchrock/parallel';
import { type JoinTask, type JoinThreadData, openJoinWork } from './join-work.ts';

serveTasks<JoinThreadData, JoinTask, CollectCounts | MadePiece>(openJoinWork);
