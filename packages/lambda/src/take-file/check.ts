import { InputError, PRIORITIES, resolveModel } from '@batchrock/core';
import { familyOption } from 'batchrock/request';
import { findFamilyFor } from '../families/index.ts';
import { type FileBody, JOB_HOURS, parseFileKey, type QueueSettings } from '../files/index.ts';
import type { FoundObject } from '../inbox/index.ts';

/** What a file asks for. */
export type FileAsk = Pick<FileBody, 'name' | 'modelId' | 'family' | 'priority' | 'weight' | 'timeoutHours'>;

/**
 * What the key and the metadata of a file ask for; of one that was enqueued it was said then. Throws the `InputError` of what is
 * wrong with it.
 */
export async function checkFile(file: FileBody, object: FoundObject, settings: QueueSettings): Promise<FileAsk> {
  const { name, modelId, family, priority, weight, timeoutHours } = file;
  const enqueued = {
    name,
    modelId,
    ...(family !== undefined && { family }),
    priority,
    weight,
    ...(timeoutHours !== undefined && { timeoutHours }),
  };
  const ask =
    modelId === ''
      ? { ...parseFileKey(file.key, settings.modelId), ...familyIn(object), ...sharesIn(object), ...timeoutIn(object) }
      : enqueued;
  resolveModel(ask.modelId, familyOption(await findFamilyFor(settings.families, ask)));
  if (object.size > 0) return ask;
  throw new InputError('BR-E0102', `${file.key} is empty`, { hint: 'a line of it is one record: {"modelInput": {…}}' });
}

function familyIn({ metadata }: FoundObject): Pick<FileBody, 'family'> {
  const family = metadata['batchrock-family'];
  return family === undefined || family === '' ? {} : { family };
}

function sharesIn({ metadata }: FoundObject): Pick<FileBody, 'priority' | 'weight'> {
  const { 'batchrock-priority': asked = 'normal', 'batchrock-weight': share = '1' } = metadata;
  const priority = PRIORITIES.find((each) => each === asked);
  if (priority === undefined) {
    throw refused('batchrock-priority', asked, PRIORITIES.join(', '));
  }
  const weight = Number(share);
  if (!(weight > 0) || !Number.isFinite(weight)) throw refused('batchrock-weight', share, 'a number above 0');
  return { priority, weight };
}

function timeoutIn({ metadata }: FoundObject): Pick<FileBody, 'timeoutHours'> {
  const asked = metadata['batchrock-timeout-hours'];
  if (asked === undefined || asked === '') return {};
  const { from, to } = JOB_HOURS;
  const timeoutHours = Number(asked);
  if (Number.isInteger(timeoutHours) && timeoutHours >= from && timeoutHours <= to) return { timeoutHours };
  throw refused('batchrock-timeout-hours', asked, `a whole number from ${from} to ${to}`);
}

function refused(name: string, value: string, allowed: string): InputError {
  const message = `the metadata ${name} of the object is ${JSON.stringify(value)}; allowed: ${allowed}`;
  return new InputError('BR-E0120', message, { hint: 'leave it out, or put the object there again with another value' });
}
