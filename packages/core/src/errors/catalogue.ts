/**
 * Every error that a user can meet, by its stable code: the title and the hint of its page in `docs/errors.md`,
 * which is generated from this table. A code never changes its meaning and is never used again.
 */
export interface CatalogueEntry {
  /** A few words, used as the heading of the code's documentation. */
  readonly title: string;
  /** What to do about it. Shown under the message. */
  readonly hint: string;
}

const entries = {
  // input: what the caller gave (exit code 2)
  'BR-E0101': { title: 'file not found', hint: 'check the path; relative paths start at the current directory' },
  'BR-E0102': { title: 'empty dataset', hint: 'give a file that has at least one row below its header' },
  'BR-E0103': { title: 'column names', hint: 'give each column a name of its own in the header line' },
  'BR-E0104': { title: 'unterminated quote', hint: 'close the quote, or double it ("") if it belongs to the value' },
  'BR-E0105': {
    title: 'unknown model',
    hint: 'take a known model id, or say how to speak to it: --family NAME or --invocation-type converse',
  },
  'BR-E0106': { title: 'unknown column in the prompt', hint: 'use a column of the dataset; write {{ and }} for literal braces' },
  'BR-E0107': { title: 'prompt syntax', hint: 'a column is {name}; write {{ and }} for literal braces' },
  'BR-E0108': { title: 'prompt for an embedding model', hint: 'an embedding model takes a column of text: --text-column NAME' },
  'BR-E0109': { title: 'no text column', hint: 'name the column to embed: --text-column NAME' },
  'BR-E0110': { title: 'no prompt', hint: 'give --prompt TEXT or --prompt-file FILE' },
  'BR-E0111': { title: 'output exists', hint: 'choose another --out, or add --force to replace it' },
  'BR-E0112': { title: 'usage', hint: 'see the help of the command' },
  'BR-E0113': {
    title: 'bad row',
    hint: 'mend the row, or leave out --strict so that bad rows are rejected and the rest is sent',
  },
  'BR-E0114': { title: 'unreadable dataset', hint: 'CSV (RFC 4180, UTF-8), JSON Lines and Parquet are read here' },
  'BR-E0115': { title: 'model parameter', hint: 'see the request parameters of the model family' },
  'BR-E0116': { title: 'unsupported Node.js', hint: 'install Node.js 22.15 or newer' },
  'BR-E0117': { title: 'unknown format', hint: 'end the name in .csv, .tsv, .jsonl, .ndjson or .parquet, or give --format' },
  'BR-E0118': {
    title: 'changed while it was read',
    hint: 'give the same command again when nothing writes to it any more; a dataset that has changed makes another run',
  },
  'BR-E0119': { title: 'confirmation needed', hint: 'add --yes, or set --max-cost' },
  'BR-E0120': { title: 'invalid value', hint: 'see the help of the command for what is allowed' },
  'BR-E0122': {
    title: 'files of one dataset differ',
    hint: 'give files with the same columns in the same order, or send them as runs of their own',
  },
  'BR-E0123': {
    title: 'compressed file too large',
    hint: 'if the file is yours and meant to be so, allow more: --max-expansion N; unpacked files have no such limit',
  },
  'BR-E0124': { title: 'unknown prompt', hint: 'a prompt id is the name of a file without .md in the folder of --prompts-dir' },
  'BR-E0126': {
    title: 'repeated custom_id',
    hint: 'give each line a custom_id of its own; batchrock validate names all lines',
  },
  'BR-E0127': {
    title: 'several models in one file',
    hint: 'a job has one model: leave model out of the bodies, or make a run for each with --split-models',
  },
  'BR-E0130': {
    title: 'unsound JSON schema',
    hint: 'mend the schema at the place that is named; references have to lead to places within it',
  },
  'BR-E0131': {
    title: 'unsound family module',
    hint: 'the module has to export a family, as default or as family: see docs/families.md',
  },
  'BR-E0132': { title: 'a family of the project failed', hint: 'mend the module that is named; its error is the cause' },
  'BR-E0133': {
    title: 'records of another model',
    hint: 'name the model that they were written for, or how it is spoken to; batchrock validate looks at every record',
  },
  'BR-E0134': {
    title: 'unsound settings',
    hint: 'mend the file that is named; docs/settings.md has what may stand in it',
  },
  // state: what is durable does not allow it
  'BR-E0201': { title: 'run not found', hint: 'batchrock list shows the runs of this ledger' },
  'BR-E0202': { title: 'run is busy', hint: 'another process works on this run; batchrock watch shows it' },
  'BR-E0203': { title: 'ledger contended', hint: 'try again' },
  'BR-E0204': { title: 'run has not ended', hint: 'batchrock watch waits for it' },
  'BR-E0205': { title: 'ledger unreadable', hint: 'the state directory was written by another version or is damaged' },
  'BR-E0206': { title: 'row not found', hint: 'give a row number, a record id, a part or a job of the run' },
  'BR-E0207': { title: 'run cannot do this now', hint: 'see batchrock status' },
  'BR-E0208': { title: 'object missing', hint: 'an object of the run is gone from its bucket' },
  'BR-E0209': { title: 'local Bedrock in use', hint: 'use the one that is running, stop it, or give another --dir' },
  'BR-E0210': { title: 'port in use', hint: 'choose another --port, or 0 for a free one' },
  'BR-E0211': {
    title: 'output of an unfinished run',
    hint: 'go on with the unfinished run or stop it; --new starts another beside it',
  },
  'BR-E0212': {
    title: 'item too large for the ledger',
    hint: 'give the dataset fewer or shorter column names, or keep the ledger in a file; nothing of the item was written',
  },
  'BR-E0213': {
    title: 'run taken over',
    hint: 'go on with it where it is now; to take it back, batchrock adopt with another --state-dir',
  },
  'BR-E0214': {
    title: 'nothing to adopt',
    hint: 'give s3://bucket/prefix/runs/<run> of a run that was prepared to batchrock adopt',
  },
  'BR-E0215': { title: 'stack not found', hint: 'check --stack, --region and --profile' },
  'BR-E0216': {
    title: 'stack of somebody else',
    hint: 'choose another --stack; --force takes this one, and what it holds now is removed from it',
  },
  'BR-E0217': { title: 'deploying is not installed', hint: 'npm install @batchrock/deploy' },
  'BR-E0218': {
    title: 'family module changed',
    hint: 'put the file back as it was when the run was begun, at the path that is named',
  },
  'BR-E0219': {
    title: 'rows of another schema',
    hint: 'give the schema that the run was asked with, or read its rows without one',
  },
  'BR-E0220': {
    title: 'answer cache unreadable',
    hint: 'move the file that is named away: a new one is made, and no run depends on it',
  },
  // service: a dependency refused or failed
  'BR-E0501': { title: 'access denied', hint: 'check the credentials, the role and its trust policy' },
  'BR-E0502': { title: 'throttled', hint: 'wait; the call is repeated by itself' },
  'BR-E0503': { title: 'service unavailable', hint: 'wait; the call is repeated by itself' },
  'BR-E0504': { title: 'refused by the service', hint: 'the message says which value is not accepted' },
  'BR-E0505': { title: 'name or token conflict', hint: 'the job exists already; it is adopted' },
  'BR-E0506': { title: 'endpoint not reachable', hint: 'check --endpoint-url and that the server is running' },
  'BR-E0507': { title: 'job quota reached', hint: 'nothing was lost; the parts wait for a free slot' },
  'BR-E0508': { title: 'disk full', hint: 'free some space; the same command goes on where it stopped' },
  'BR-E0509': { title: 'storage failed', hint: 'the same command goes on where it stopped' },
  'BR-E0510': { title: 'account not bootstrapped', hint: 'add --bootstrap, which makes or renews the stack CDKToolkit' },
  'BR-E0511': { title: 'stack cannot be changed now', hint: 'look at the stack in the console of CloudFormation' },
  'BR-E0512': {
    title: 'deployment failed',
    hint: 'CloudFormation has taken the change back; mend what it names, then give the same command',
  },
  'BR-E0513': {
    title: 'jobs denied access',
    hint: 'give the role of the jobs what the message says is missing; batchrock doctor looks for it',
  },
  'BR-E0601': { title: 'cost ceiling reached', hint: 'raise --max-cost and give the same command again' },
  // the caller stopped it, or a bug
  'BR-E0801': { title: 'cancelled', hint: 'the same command goes on where it stopped' },
  'BR-E0901': { title: 'broken promise inside Batchrock', hint: 'please report it with the output of -vv' },
} as const satisfies Record<string, CatalogueEntry>;

/** A stable error code, such as `BR-E0101`. */
export type ErrorCode = keyof typeof entries;

/** Title and hint of every code. */
export const ERROR_CATALOGUE: Readonly<Record<ErrorCode, CatalogueEntry>> = entries;
