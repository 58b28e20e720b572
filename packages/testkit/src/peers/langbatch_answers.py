"""LangBatch's own way from a batch file to its results file. Usage: langbatch_answers.py CASES MADE"""

import json
import os
import tempfile

import boto3
import langbatch
from peer_answers import answer_cases, change_output, wait_until_ended

OUTPUT = "langbatch-out"
s3 = boto3.client("s3")


def answer(case):
    path = os.path.join(tempfile.mkdtemp(), "batch.jsonl")
    with open(path, "w", encoding="utf-8") as file:
        file.write("".join(json.dumps(line) + "\n" for line in case["lines"]))
    where = {"input_bucket": "langbatch-in", "output_bucket": OUTPUT, "region": "us-east-1", "service_role": os.environ["PEER_ROLE"]}
    batch = langbatch.chat_completion_batch(path, provider="bedrock", model=case["modelId"], **where)
    batch.start()
    wait_until_ended(batch.get_status)
    change_output(s3, OUTPUT, f"{batch.id}/{batch.platform_batch_id.split('/')[-1]}/input.jsonl.out", case)
    with open(batch.get_results_file(), encoding="utf-8") as results:
        return [json.loads(line) for line in results if line.strip()]


answer_cases(answer)
