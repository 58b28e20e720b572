import type { Dedupe, InvocationType, JsonObject, OnUnsupported } from '@batchrock/core';
import type { FormatName } from '@batchrock/formats';
import type { TargetOptions } from '../compose/target.ts';
import type { FetchImages } from './fetch-images.ts';
import type { ResultShape } from './output.ts';
import type { RunBounds } from './run-bounds.ts';

/** What a row of a dataset is: see `Question.inputFormat`. */
export type InputFormat = 'rows' | 'bedrock' | 'openai';

/** What goes through which model, and how. The same question has the same answer: two runs of it are one run. */
export interface Question extends TargetOptions, RunBounds {
  /**
   * Path of a file or a pattern (`data/*.csv`), `s3://bucket/key`, a prefix (`s3://bucket/prefix/`) or a pattern
   * (`s3://bucket/prefix/*.csv`), `hf://owner/name[/config][@revision]`, or `-` for standard input. Several are read as
   * one, in their order.
   */
  readonly dataset: string | readonly string[];
  /** S3 elsewhere, for datasets; default: where `endpointUrl` is, else AWS. */
  readonly s3EndpointUrl?: string;
  /** Datasets of a hub: default `train`. */
  readonly split?: string;
  /** Datasets of a hub: default the only one, or `default`. */
  readonly config?: string;
  /** Datasets of a hub: the owner's own files at a branch, tag or commit; default: what the hub has converted to Parquet. */
  readonly revision?: string;
  /** Model id, cross-Region profile id or ARN. */
  readonly model: string;
  /** Template of the user's turn, with `{column}`; doubled braces are literal ones. */
  readonly prompt?: string;
  readonly system?: string;
  /** The name of a prompt, without `.md`, in the folder of prompts; takes the place of `prompt`. */
  readonly promptId?: string;
  /** The folder of named prompts; default `prompts`. */
  readonly promptsDir?: string;
  /** Embedding models: the column whose text is embedded; default `input_text`. */
  readonly textColumn?: string;
  /** Request parameters of the model's family, such as `{ temperature: '0' }`. */
  readonly params?: Readonly<Record<string, string>>;
  /**
   * What every answer has to be: the path of a file with a JSON schema, or the schema. Answers are checked against it, and their
   * fields are columns of the results.
   */
  readonly schema?: string | JsonObject;
  /** How to speak to a model that is not in the catalogue: a built-in family, or the path of a module that gives one. */
  readonly family?: string;
  readonly invocationType?: InvocationType;
  /** Path of a JSON file that changes what is known of models, from the current folder. */
  readonly catalogue?: string;
  /**
   * What a row is. `rows`: values for the prompt, or for the embedding. `bedrock`: a record that is ready to be sent, with its
   * request in `modelInput` and, if it likes, a `recordId` of its own; JSON Lines, without a prompt. `openai`: a line of an
   * OpenAI batch file, which is translated. Default: `bedrock` or `openai` where nothing says how to ask and the first rows all
   * are such records or lines, else `rows`.
   */
  readonly inputFormat?: InputFormat;
  /** Lines of an OpenAI batch file: what becomes of one whose model cannot be told all of it; default `error`. */
  readonly onUnsupported?: OnUnsupported;
  /** Lines of an OpenAI batch file: fetch the images behind https URLs, which no model reads; default: their lines are rejected. */
  readonly fetchImages?: FetchImages;
  /** Default: by the file's name. */
  readonly format?: FormatName;
  /** CSV: one character; default: found in the header. */
  readonly delimiter?: string;
  /** Compressed datasets: refuse a file that becomes more than so many times as large; default 500. */
  readonly maxExpansion?: number;
  /** Records a job; default: planned from the size of the dataset. */
  readonly recordsPerJob?: number;
  /** A bad row ends the run before anything is sent. */
  readonly strict?: boolean;
  /**
   * `part`: a row that asks for the very same as one before it in its job is not sent, and has its answer. `run`: as one before it in
   * any job of the run; the dataset is read once more for that. Default: each row is sent, since a sampled answer is not a function
   * of the request.
   */
  readonly dedupe?: Dedupe;
  /**
   * A row that asks for the very same as one that another run with this option has an answer to is not sent, and has that answer;
   * and what this run is answered is kept on this machine. Default: neither.
   */
  readonly cache?: boolean;
  /** Jobs at once; default: the model's quota. */
  readonly slots?: number;
  /** Mean tokens of an answer, for estimates of cost alone; default: 256 are assumed. */
  readonly expectOutputTokens?: number;
  /** Most times that a record is sent; default 3. */
  readonly maxAttempts?: number;
  /** 24 to 168; default 24. */
  readonly timeoutHours?: number;
  /**
   * What is below the minimum of a job is asked for on demand, by InvokeModel or Converse, at full price. Default: it is padded. Holds
   * for the run from then on.
   */
  readonly tail?: 'on-demand';
  /** Records of a tail that are asked for at once; default 8. */
  readonly tailConcurrency?: number;
  /** With `tail`: what has no answer so long after the run was begun goes on demand too; jobs that are late are stopped. */
  readonly deadlineMs?: number;
}

/** A run to start, or to go on with. */
export interface RunRequest extends Question {
  /** With a stack: the folder of its results there; default: the dataset's name and a hash of what is asked. */
  readonly jobPrefix?: string;
  /** Where the results go; its ending chooses Parquet, CSV or JSON Lines. Default: nowhere; `results` gives them. */
  readonly out?: string;
  /** Several files, `name-00000.ending` and so on, with so many rows at most; default: one file, `out`. */
  readonly maxRowsPerFile?: number;
  /** CSV: mark what a spreadsheet would run as a formula in the columns of the answers with `'`; default true. */
  readonly csvSafe?: boolean;
  /** Of runs that keep whole outputs; default: `openai` or `raw` where the rows are such, but `flat` for OpenAI lines in a table. */
  readonly shape?: ResultShape;
  /** Replace `out` when it exists. */
  readonly force?: boolean;
  /** Start another run of the same question. */
  readonly new?: boolean;
  /** USD: refuse when the estimate is higher, or not known; later no job is begun that would carry the run above it. */
  readonly maxCostUsd?: number;
  /** The share of rows, 0 to 1, that may fail or be rejected; kept with the run for `status` and `watch`. */
  readonly maxErrorRate?: number;
}
