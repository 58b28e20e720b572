import type { Source } from '@batchrock/core';
import type { CompressionName, FormatName } from '@batchrock/formats';
import type { ImageReach } from '../images/index.ts';
import type { WithAccountAnswer } from '../request/account-answer.ts';
import type { DatasetOptions } from '../request/dataset-files.ts';
import type { WithOwnFamily } from '../request/own-family.ts';
import type { CheckedQuestion } from '../request/question.ts';
import type { Question } from '../request/request.ts';
import type { FoundSources } from '../sources/index.ts';
import type { FollowOptions } from './progress.ts';
import type { Session } from './session.ts';

/** As much of a session as it takes to look: no ledger. */
export type InspectingSession = Pick<Session, 'dir' | 'env' | 'cwd' | 'notice'>;

/** How a look is followed, and what it may read. */
export interface InspectOptions extends FollowOptions {
  /** Standard input, for the dataset `-`. */
  readonly stdin?: AsyncIterable<Uint8Array | string>;
  /** How images behind URLs are reached, for programs that test themselves; default: on the public Internet alone. */
  readonly imageReach?: ImageReach;
  /** Records that were ready are not looked at before anything is sent: nothing is, or somebody looks at all of them. */
  readonly asGiven?: true;
  /** The account of the target is asked for the limits of the model, and for the model behind an application profile. */
  readonly asksAccount?: true;
}

/** The files of a dataset. */
export interface FoundDataset extends FoundSources {
  readonly name: string;
  /** Where the rows themselves have told it. */
  readonly format?: FormatName;
  readonly compression?: CompressionName;
}

/** A question whose dataset is found and not read yet. */
export interface FoundQuestion {
  readonly asked: WithAccountAnswer<WithOwnFamily<Question>>;
  /** Nothing says how the rows are to be asked: they may say it themselves. */
  readonly isOpen: boolean;
  /** As far as it could be checked without the dataset. */
  readonly early: CheckedQuestion;
  readonly found: FoundDataset;
  readonly how: DatasetOptions;
}

/** The question as the rows have it, and the files that they are read from. */
export interface ReadQuestion {
  readonly question: CheckedQuestion;
  readonly sources: readonly Source[];
  /** How the files are read that are copies of ours. */
  readonly copies?: DatasetOptions;
}
