#!/usr/bin/env bash
# What only a real AWS account can show of Batchrock: docs/real-account.md says what each check is for.
# It deploys two stacks, sends some 500 short records and removes the stacks again. Costs some cents and takes some hours,
# since Bedrock gives batch jobs no time.
#   AWS_REGION=us-east-1 ./check.sh [model id]
# shellcheck disable=SC2329 # functions are called by name
set -uo pipefail
cd "$(dirname "$0")" || exit

model=${1:-us.amazon.nova-lite-v1:0}
region=${AWS_REGION:?set AWS_REGION to a Region with batch inference for $model}
name="BatchrockCheck$(date +%m%d%H%M)"
work=$(mktemp -d)
failures=0
export AWS_PAGER='' BATCHROCK_STATE_DIR="$work/state"

say() { printf '%s  %s\n' "$(date +%H:%M:%S)" "$*"; }
check() {
  local what=$1
  shift
  if "$@" >>"$work/log" 2>&1; then say "ok    $what"; else
    say "FAIL  $what (see $work/log)"
    failures=$((failures + 1))
  fi
}
batchrock() { npx --no-install batchrock "$@"; }
output() { aws cloudformation describe-stacks --stack-name "$1" --query "Stacks[0].Outputs[?OutputKey=='$2'].OutputValue" --output text; }
same() { [ "$1" = "$2" ] || { echo "is $1, and was to be $2"; return 1; }; }
wait_for() { # minutes, command...: tries once a minute
  local minutes=$1
  shift
  for ((i = 0; i < minutes; i++)); do "$@" && return 0; sleep 60; done
  echo "not within $minutes minutes: $*"
  return 1
}

finish() {
  say 'removing the stacks; buckets and tables stay, by design'
  for kind in orchestrator queue; do
    batchrock deploy "$kind" --stack "$name-$kind" --destroy --yes >>"$work/log" 2>&1 || say "FAIL  $name-$kind could not be removed"
  done
  say "left to delete by hand: s3://${bucket:-?}, s3://${queue_bucket:-?}, the tables of $name-*"
  say "$failures failed; what was said lies in $work/log"
}
trap finish EXIT

say "model $model in $region, stacks $name-*"
aws sts get-caller-identity --query Account --output text || exit 1
{
  echo 'id,topic'
  for i in $(seq -w 1 120); do echo "00$i,number $i"; done
} >"$work/topics.csv"

# 1. deployment: bootstrap, roles that are new, policies that AWS accepts
check '1 the orchestrator is deployed' batchrock deploy orchestrator --stack "$name-orchestrator" --bootstrap --yes
check '1 a second deployment changes nothing' batchrock deploy orchestrator --stack "$name-orchestrator" --diff --exit-status
bucket=$(output "$name-orchestrator" bucketName)

# 2. a run: S3's, Bedrock's, DynamoDB's and Step Functions' own answers, under the policies of the template
check '2 a run ends with its results' batchrock run "$work/topics.csv" --stack "$name-orchestrator" --model "$model" \
  --prompt 'Answer with one word: {topic}' --param max_tokens=20 --job-prefix check --out "$work/rows.jsonl" --yes
check '2 every row has an outcome' same "$(wc -l <"$work/rows.jsonl" | tr -d ' ')" 120
check '2 every row has an answer' same "$(grep -c '"status":"succeeded"' "$work/rows.jsonl")" 120

# 3. Bedrock's events: their detail type, their fields, and that the rule matches them
rule=$(aws cloudformation describe-stack-resources --stack-name "$name-orchestrator" \
  --query "StackResources[?ResourceType=='AWS::Events::Rule' && contains(LogicalResourceId,'JobStateChanges')].PhysicalResourceId | [0]" --output text)
matched() {
  local sum
  sum=$(aws cloudwatch get-metric-statistics --namespace AWS/Events --metric-name MatchedEvents --dimensions Name=RuleName,Value="$rule" \
    --start-time "$(date -u -d '-1 day' +%FT%TZ 2>/dev/null || date -u -v-1d +%FT%TZ)" --end-time "$(date -u +%FT%TZ)" --period 86400 \
    --statistics Sum --query 'Datapoints[0].Sum' --output text)
  [ "$sum" != None ] && [ "${sum%.*}" -gt 0 ]
}
check '3 the rule has matched events of Bedrock' wait_for 15 matched

# 4. the submission protocol: the same token gives the same job, and List shows a job that was created
role=$(aws bedrock list-model-invocation-jobs --query 'invocationJobSummaries[0].roleArn' --output text)
input=$(aws s3api list-objects-v2 --bucket "$bucket" --prefix runs/ --query "Contents[?contains(Key,'/input/')] | [0].Key" --output text)
create() {
  aws bedrock create-model-invocation-job --job-name "$name-token" --client-request-token "$name-token-0000000000000000" \
    --role-arn "$role" --model-id "$model" --query jobArn --output text \
    --input-data-config "s3InputDataConfig={s3Uri=s3://$bucket/$input}" \
    --output-data-config "s3OutputDataConfig={s3Uri=s3://$bucket/runs/check-token/output/}"
}
first=$(create) && check '4 the same token and parameters give the same job' same "$(create)" "$first"
listed() { [ "$(aws bedrock list-model-invocation-jobs --name-contains "$name-token" --query 'length(invocationJobSummaries)' --output text)" = 1 ]; }
began=$SECONDS
until listed || [ $((SECONDS - began)) -gt 600 ]; do sleep 1; done
check "4 List shows it (after $((SECONDS - began)) s)" listed
check '4 it can be stopped' aws bedrock stop-model-invocation-job --job-identifier "$first"
sleep 600
check '4 ten minutes later the token still gives that job' same "$(create)" "$first"

# 5. stopping: what an aborted execution leaves
{ batchrock run "$work/topics.csv" --stack "$name-orchestrator" --model "$model" --prompt 'Two words on {topic}' --job-prefix stopped --detach --yes; } >>"$work/log" 2>&1
sleep 300
check '5 a run can be stopped' batchrock stop --stack "$name-orchestrator" stopped --mode stop
at_rest() { batchrock status --stack "$name-orchestrator" stopped --json | grep -qE '"state": ?"(stopped|ended)"'; }
check '5 it comes to rest' wait_for 60 at_rest

# 6. the queue: S3's notifications, and a file that cannot be used
check '6 the queue is deployed' batchrock deploy queue --stack "$name-queue" --model "$model" --yes
queue_bucket=$(output "$name-queue" bucketName)
for i in $(seq 1 120); do
  echo "{\"recordId\":\"r-$i\",\"modelInput\":{\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"one word on $i\"}]}]}}"
done >"$work/records.jsonl"
aws s3 cp --quiet "$work/records.jsonl" "s3://$queue_bucket/to-process/records.jsonl"
printf 'no record\n' | aws s3 cp --quiet - "s3://$queue_bucket/to-process/poison.jsonl"
failed() { aws s3api head-object --bucket "$queue_bucket" --key failed/poison.jsonl.error.txt; }
processed() { aws s3api head-object --bucket "$queue_bucket" --key processed/records/summary.json; }
check '6 what cannot be used lies below failed/, with a reason' wait_for 15 failed
check '6 the file is processed' wait_for 1440 processed
aws s3 cp --quiet "s3://$queue_bucket/processed/records/" "$work/processed" --recursive
check '6 every record has an answer' same "$(cat "$work"/processed/*.out 2>/dev/null | grep -c '"modelOutput"')" 120

exit $((failures > 0))
