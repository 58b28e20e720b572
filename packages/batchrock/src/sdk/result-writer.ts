import {
  type Family,
  InputError,
  invariant,
  keepsWholeOutput,
  type ObjectSink,
  type ResultWriter,
  type RunDocument,
  type RunReading,
} from '@batchrock/core';
import {
  createCsvWriter,
  createJsonlWriter,
  createOpenAiWriter,
  createParquetWriter,
  createRecordsWriter,
} from '@batchrock/formats';
import { errorsPath, type OutputPlace, type ResultShape } from '../request/output.ts';
import { VERSION } from '../version.ts';
import { flatAnswers } from './flat-answers.ts';

/** Stands in the files that say who wrote them. */
export const CREATED_BY = `batchrock version ${VERSION}`;

/** How results are written. */
export type ResultStyle = Pick<OutputPlace, 'format' | 'csvSafe' | 'maxRowsPerFile' | 'shape'>;

/**
 * How the answers of a run stand in its results. `plain`: as they were collected, in columns of ours. `flat`: the text or the
 * embedding out of whole outputs, in the same columns. `records` and `openai`: in the words of the service, or of OpenAI.
 */
export type AnswerStyle = 'plain' | 'flat' | 'records' | 'openai';

/** Throws `BR-E0112` for a shape that the run or the format does not have. */
export function styleOf({ format, shape, maxRowsPerFile }: ResultStyle, { request }: Pick<RunDocument, 'request'>): AnswerStyle {
  const asked = shape ?? defaultShape(format, request);
  if (asked === 'flat') return keepsWholeOutput(request) ? 'flat' : 'plain';
  if (!keepsWholeOutput(request)) {
    throw wrongShape(asked, 'the run keeps the text of each answer and nothing else of it', '--shape flat');
  }
  if (asked === 'raw') return request.given && format === 'jsonl' ? 'records' : 'plain';
  if (!request.openai) throw wrongShape(asked, 'the rows of the run are no lines of an OpenAI batch file', '--shape raw or flat');
  if (format !== 'jsonl') throw wrongShape(asked, `an OpenAI batch output is JSON Lines, and ${format} was asked for`, '*.jsonl');
  if (maxRowsPerFile === undefined) return 'openai';
  throw wrongShape(asked, '--max-rows-per-file is for other shapes: an OpenAI batch has one output file', '--shape flat');
}

function defaultShape(format: OutputPlace['format'], { given, openai }: RunDocument['request']): ResultShape {
  if (openai) return format === 'jsonl' ? 'openai' : 'flat';
  return given ? 'raw' : 'flat';
}

function wrongShape(shape: ResultShape, why: string, instead: string): InputError {
  return new InputError('BR-E0112', `--shape ${shape}: ${why}`, { hint: `take ${instead}` });
}

/** A place with the errors file that goes with an OpenAI batch output. Throws `BR-E0112` for a shape that the run does not have. */
export function withErrorsFile(place: OutputPlace, document: Pick<RunDocument, 'request'>): OutputPlace {
  return styleOf(place, document) === 'openai' ? { ...place, errors: errorsPath(place.path) } : place;
}

/** Where a writer writes to. */
export interface ResultSinks {
  readonly rows: ObjectSink;
  /** Opens the errors file of an OpenAI batch output; default: there is none. */
  readonly openErrors?: (() => ObjectSink) | undefined;
}

/** A run; where it keeps whole outputs, with how its model is spoken to. */
export type WriterReading = RunReading & { readonly family: Family | undefined };

/** A writer of a run's results. */
export function resultWriter(sinks: ResultSinks, style: ResultStyle, reading: WriterReading): ResultWriter {
  const { document } = reading;
  const sink = sinks.rows;
  switch (styleOf(style, document)) {
    case 'openai':
      return openAiWriter(sinks, reading);
    case 'records':
      return createRecordsWriter(sink);
    case 'flat':
      return flatAnswers(tableWriter(sink, style), known(reading.family));
    case 'plain':
      return tableWriter(sink, style);
  }
}

function known(family: Family | undefined): Family {
  invariant(family !== undefined, 'whole outputs are read without a family');
  return family;
}

function tableWriter(sink: ObjectSink, { format, csvSafe }: ResultStyle): ResultWriter {
  switch (format) {
    case 'csv':
      return createCsvWriter(sink, csvSafe === undefined ? {} : { safe: csvSafe });
    case 'parquet':
      return createParquetWriter(sink, { createdBy: CREATED_BY });
    default:
      return createJsonlWriter(sink);
  }
}

const MS = 1000;

/** Answers are as old as their run: the same results whenever they are written. */
function openAiWriter({ rows, openErrors }: ResultSinks, { document, run, family }: WriterReading): ResultWriter {
  const { model, request, createdAt } = document;
  return createOpenAiWriter(rows, {
    family: known(family),
    traits: model.traits ?? {},
    onUnsupported: request.openai?.onUnsupported ?? 'error',
    model: model.modelId,
    created: Math.floor(createdAt / MS),
    open: run.state === 'stopped' ? 'batch_cancelled' : 'record_missing',
    ...(openErrors === undefined ? {} : { openErrors }),
  });
}
