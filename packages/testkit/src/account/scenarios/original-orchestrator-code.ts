/**
 * Functions that make the calls of the original orchestrator, at the least: a read is one GET however it is read, a file of rows is
 * one PUT, and the status of a job that is not in the table yet is dropped, where the original fails and is called again. By plain
 * HTTP: a folder of an assembly has no packages beside it. What lies under `.parquet` are rows as JSON.
 */
export const ORIGINAL_ORCHESTRATOR = `
const { AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID, AWS_REGION, BUCKET_NAME, TASK_TABLE, BEDROCK_ROLE_ARN } = process.env;

async function call(service, path, { method = 'POST', headers = {}, body } = {}) {
  const credential = \`\${AWS_ACCESS_KEY_ID}/20261121/\${AWS_REGION}/\${service}/aws4_request\`;
  const authorization = \`AWS4-HMAC-SHA256 Credential=\${credential}, SignedHeaders=host, Signature=none\`;
  const response = await fetch(AWS_ENDPOINT_URL + path, { method, headers: { authorization, ...headers }, body });
  if (!response.ok) throw new Error(\`\${method} \${path}: \${await response.text()}\`);
  return response;
}
const get = async (key) => (await call('s3', \`/\${BUCKET_NAME}/\${key}\`, { method: 'GET' })).text();
const put = (key, body) => call('s3', \`/\${BUCKET_NAME}/\${key}\`, { method: 'PUT', body });
const json = (service, type, target, body) =>
  call(service, '/', { headers: { 'content-type': \`application/x-amz-json-\${type}\`, 'x-amz-target': target }, body: JSON.stringify(body) });
const table = async (action, body) =>
  (await json('dynamodb', '1.0', \`DynamoDB_20120810.\${action}\`, { TableName: TASK_TABLE, ...body })).json();
const job = async (arn) =>
  (await call('bedrock', \`/model-invocation-job/\${encodeURIComponent(arn)}\`, { method: 'GET' })).json();
const writeTask = (task) =>
  table('PutItem', { Item: Object.fromEntries(Object.entries(task).map(([name, value]) => [name, { S: value }])) });

export async function preprocess({ s3_key, job_name_prefix, model_id, max_records_per_job = 1000 }) {
  const [, ...lines] = (await get(s3_key)).trimEnd().split('\\n');
  const jobs = [];
  for (let from = 0; from < lines.length; from += max_records_per_job) {
    const index = String(jobs.length).padStart(4, '0');
    const rows = lines.slice(from, from + max_records_per_job).map((line) => ({ record_id: crypto.randomUUID(), line }));
    const requests = rows.map(({ record_id, line }) => {
      const text = \`Tell me a joke about \${line.slice(line.indexOf(',') + 1)} in less than 50 words.\`;
      const messages = [{ role: 'user', content: [{ type: 'text', text }] }];
      return JSON.stringify({ recordId: record_id, modelInput: { anthropic_version: 'bedrock-2023-05-31', max_tokens: 1024, messages } });
    });
    const input = \`batch_inputs_json/\${job_name_prefix}/\${index}.jsonl\`;
    const input_parquet_path = \`batch_inputs_parquet/\${job_name_prefix}/\${index}.snappy.parquet\`;
    await put(input, requests.join('\\n'));
    await put(input_parquet_path, JSON.stringify(rows));
    const job_name = \`\${job_name_prefix}-part-\${index}-\${crypto.randomUUID().slice(0, 6)}\`;
    jobs.push({ job_name, model_id, input, input_parquet_path, output: \`batch_outputs_json/\${job_name_prefix}/\${index}/\` });
  }
  return { jobs };
}

export async function start({ taskToken, taskInput }) {
  const { job_name, model_id, input, input_parquet_path, output } = taskInput;
  const body = JSON.stringify({
    jobName: job_name,
    modelId: model_id,
    roleArn: BEDROCK_ROLE_ARN,
    inputDataConfig: { s3InputDataConfig: { s3Uri: \`s3://\${BUCKET_NAME}/\${input}\` } },
    outputDataConfig: { s3OutputDataConfig: { s3Uri: \`s3://\${BUCKET_NAME}/\${output}\` } },
    timeoutDurationInHours: 24,
  });
  const headers = { 'content-type': 'application/json' };
  const { jobArn } = await (await call('bedrock', '/model-invocation-job', { headers, body })).json();
  const { status } = await job(jobArn);
  const file = \`\${output}\${jobArn.split('/').at(-1)}/\${input.split('/').at(-1)}.out\`;
  await writeTask({ job_arn: jobArn, status, model_id, input_parquet_path, s3_uri_output: file, task_token: taskToken, error_message: '' });
}

export async function look({ detail }) {
  const job_arn = detail.batchJobArn;
  const { status } = await job(job_arn);
  const { Item } = await table('GetItem', { Key: { job_arn: { S: job_arn } } });
  if (Item === undefined) return;
  const task = { ...Object.fromEntries(Object.entries(Item).map(([name, { S }]) => [name, S])), status };
  const { task_token: taskToken, ...output } = task;
  const say = (action, body) => json('states', '1.0', \`AWSStepFunctions.\${action}\`, { taskToken, ...body });
  // an event that is late finds that the task has been answered
  if (Item.status.S !== 'Completed') {
    if (status === 'Completed') await say('SendTaskSuccess', { output: JSON.stringify(output) });
    else await say('SendTaskHeartbeat', {});
  }
  await writeTask(task);
}

export async function postprocess({ s3_uri_output, input_parquet_path }) {
  const [output, rows] = [await get(s3_uri_output), JSON.parse(await get(input_parquet_path))];
  const responses = new Map();
  for (const line of output.split('\\n')) {
    if (line === '') continue;
    const { recordId, modelOutput } = JSON.parse(line);
    responses.set(recordId, modelOutput.content.at(-1).text);
  }
  const joined = rows.flatMap((row) => (responses.has(row.record_id) ? [{ ...row, response: responses.get(row.record_id) }] : []));
  const output_path = input_parquet_path.replace('batch_inputs_parquet', 'batch_output_parquet');
  await put(output_path, JSON.stringify(joined));
  return { output_path: \`s3://\${BUCKET_NAME}/\${output_path}\`, rows: joined.length };
}
`;
