import { LOCAL_CLI_OPTIONS, LOCAL_FAULTS } from '@batchrock/local';

/** `docs/local-bedrock.md`: prose, and the flags and faults from the code. */
export function localBedrockPage(): string {
  return `# The local Bedrock

<!-- Written by \`npm run docs\` from packages/testkit/src/docs/local-bedrock-page.ts and packages/local/src/ -->

\`batchrock local\` serves, on one loopback port, the batch inference API of Amazon Bedrock, the S3 that it needs, the runtime
API (InvokeModel, Converse) and the quotas. Unmodified AWS SDKs talk to it:

\`\`\`sh
npx batchrock local --port 4580 --dir ./local-bedrock --bucket work
\`\`\`

\`\`\`python
import boto3
bedrock = boto3.client('bedrock', endpoint_url='http://127.0.0.1:4580', region_name='us-east-1',
                       aws_access_key_id='local', aws_secret_access_key='local')
\`\`\`

The commands of Batchrock start one by themselves when no bucket is configured, in a thread of their own process, and share
it when several run at once. \`--endpoint-url http://127.0.0.1:4580\` points a command at one that you started.

It stays on this machine: it listens on loopback only, and refuses requests whose \`Host\` is no loopback name. Signatures are
not checked; any access key will do.

## How it behaves

As the service is documented to: patterns and limits of every field, minimum and maximum of records, error types and statuses,
the ten states one after another, live counters, output in another order than the input, \`error\` in place of \`modelOutput\`,
the manifest, \`modelId\` as an ARN, one job for one client request token. Its clock runs 1,000 times as fast as the wall's
unless \`--speed\` says otherwise, so a job waits a fraction of a second in the queue. All state is in its folder, and is there
again after a restart; a job that was cut off ends in the same bytes.

A test need not wait: \`POST /_batchrock/clock\` advances the clock, in milliseconds of the wall, and answers when everything
that was due in that time has happened and its events have been sent. With \`--speed 1\` those are the service's own hours.

\`\`\`sh
curl -X POST http://127.0.0.1:4580/_batchrock/clock -d '{"advanceMs": 3600000}'
\`\`\`

What AWS leaves undocumented can be set: how long a token is remembered, whether names are unique, how late List is, whether
tags of finished jobs can be read.

## Answers

The built-in model is deterministic and its answers are synthetic: it makes something that looks like an answer (a sentiment
for a sentiment question, a sentence for a summary) and counts tokens roughly. Embeddings are made by hashing words, so
that texts with the same words have vectors that are close. They show that the pipeline works; they say nothing about what a
real model would answer.

With \`--upstream URL\` a real one answers: any OpenAI-compatible server, such as Ollama, llama.cpp or vLLM.

\`\`\`sh
npx batchrock local --port 4580 --upstream http://127.0.0.1:11434/v1 --upstream-model llama3.2
\`\`\`

## Flags

| flag | default | |
|---|---|---|
${LOCAL_CLI_OPTIONS.map((o) => `| \`--${o.name}${o.value === '' ? '' : ` ${o.value}`}\`${o.type === 'list' ? ', repeatable' : ''} | ${o.default ?? ''} | ${o.help} |`).join('\n')}

## Faults

\`--fault NAME=VALUE\` sets one at the start; \`GET\`, \`PUT\` and \`DELETE /_batchrock/faults\` read, change and clear them while
it runs. A share is a number from 0 to 1; faults of calls also take one for each operation, as
\`--fault throttle.GetModelInvocationJob=0.2\` or in JSON, as the administration does. A job keeps the faults that it was created under.
Faults of jobs and records take a job's name in that place, in which \`*\` stands for anything: \`--fault 'jobFail.nightly-*=1'\`.

\`\`\`sh
npx batchrock local --port 4580 --fault recordFail=0.05 --fault jobPartial=0.2
curl -X PUT http://127.0.0.1:4580/_batchrock/faults -d '{"throttle": 0.3, "lostReply": {"CreateModelInvocationJob": 0.5}}'
\`\`\`

| fault | |
|---|---|
${LOCAL_FAULTS.map((f) => `| \`${f.name}\` | ${f.help} |`).join('\n')}

A record may ask for its own fate, in whatever job it is: with \`[[fail:429]]\` in its text it fails with that code, with \`[[missing]]\`
it has no output line, with \`[[double]]\` two, and with \`[[break]]\` no job that has it passes validation: on demand it is refused by itself.

\`GET /_batchrock/jobs\` lists every job that was ever created, \`GET /_batchrock/calls\` the S3 calls that were made for each
job role. State changes go to \`--events-url\` in the shape in which EventBridge delivers them.
`;
}
