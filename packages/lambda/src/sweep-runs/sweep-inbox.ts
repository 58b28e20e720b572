import type { Deadline } from '../engine/index.ts';
import { fileIdOf, findFile, INTAKE_PREFIX } from '../files/index.ts';
import { findLook, type InboxLook, type ListedObject, writeLook } from '../inbox/index.ts';
import type { FileSweepEngine } from './sweep-files.ts';

/** An object whose event may be on its way is not looked for. */
const LOST_AFTER_MS = 20 * 60_000;
/** A look lists the whole inbox: not each sweep takes one. */
const LOOK_EVERY_MS = 30 * 60_000;
/**
 * An object is looked for again for so long. S3 dates one that came in pieces by its first: it appears older than it is, by as long
 * as its upload took.
 */
const OVERLAP_MS = 24 * 60 * 60_000;
/** What a bucket held before it had a queue is nobody's business; but no event is sent while a rule is being made. */
const BEFORE_FIRST_MS = 30 * 60_000;
/** Messages of a sweep: should the queue only be slow, it must not be filled with more of the same. */
const MOST_TOLD = 500;

/**
 * Looks through the inbox for objects that no file is of, and tells the intake queue of them: S3 delivers its events at least once,
 * yet a rule that was off or a queue that let nobody in loses them. Where the time is too short, the next sweep goes on behind the
 * last key.
 */
export async function sweepInbox(engine: FileSweepEngine, deadline: Deadline): Promise<void> {
  const { ports, settings, intake, log } = engine;
  const now = ports.clock.now();
  const before = await findLook(ports, settings.bucket);
  const last = before?.body ?? { from: now - BEFORE_FIRST_MS, begunAt: -Infinity };
  if (last.after === undefined && now - last.begunAt < LOOK_EVERY_MS) return;
  const begunAt = last.after === undefined ? now : last.begunAt;
  const { missed, after } = await lookThrough(engine, last, deadline);
  if (missed.length > 0) {
    log('WARN', 'nobody told of objects that were put below to-process/: they are taken now', { count: missed.length });
    await intake.tellOf(missed);
  }
  // behind the messages: a sweep that is killed here tells of them once more
  const from = after === undefined ? Math.max(last.from, begunAt - OVERLAP_MS) : last.from;
  await writeLook(ports, settings.bucket, { from, begunAt, ...(after !== undefined && { after }) }, before);
}

/** Objects that no file is of, and the key behind which others may be left. */
async function lookThrough(
  engine: FileSweepEngine,
  { from, after }: Pick<InboxLook, 'from' | 'after'>,
  deadline: Deadline,
): Promise<{ readonly missed: readonly ListedObject[]; readonly after?: string }> {
  const { ports, settings, inbox } = engine;
  const missed: ListedObject[] = [];
  let seen = after ?? '';
  for await (const object of inbox.list(settings.bucket, INTAKE_PREFIX, { after, signal: deadline.signal })) {
    if (deadline.leftMs() <= 0 || missed.length >= MOST_TOLD) return { missed, after: seen };
    seen = object.key;
    const isDue = object.modifiedAt >= from && ports.clock.now() - object.modifiedAt > LOST_AFTER_MS;
    // a marker of a folder is no file
    if (isDue && !object.key.endsWith('/') && (await isMissed(engine, object))) missed.push(object);
  }
  return { missed };
}

/** True for an object without a file, and for content that was put there once more since its file was told of. */
async function isMissed({ ports }: FileSweepEngine, object: ListedObject): Promise<boolean> {
  const file = await findFile(ports, fileIdOf(object));
  if (file === undefined) return true;
  // a listing may have milliseconds where a look at the object has none; a file at its end moves its object away itself
  return !file.isEnding && Math.floor(object.modifiedAt / 1_000) > Math.floor(file.modifiedAt / 1_000);
}
