import { type PartState, partItem, runItem } from '@batchrock/core';
import { MemoryLedger } from '@batchrock/testkit';
import { describe, expect, test } from 'vitest';
import type { RunHome } from '../compose/run-home.ts';
import type { Survey } from '../request/survey.ts';
import { checkBudget } from './budget.ts';
import type { RunRequest } from './request.ts';
import type { Session } from './session.ts';
