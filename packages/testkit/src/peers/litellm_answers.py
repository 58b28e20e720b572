"""LiteLLM's own way from a batch file to the content of its output file. Usage: litellm_answers.py CASES MADE

`create_batch` and `file_content` know AWS's own endpoints alone: boto3 creates the job, and LiteLLM's handler of Bedrock's files,
which goes by boto3, reads the output.
"""

import json
import os

import boto3
import litellm
from litellm.llms.bedrock.files.handler import BedrockFilesHandler
from peer_answers import LONGEST_WAIT, answer_cases, change_output, wait_until_ended

BUCKET = "litellm-files"
WHERE = {"aws_region_name": "us-east-1", "s3_bucket_name": BUCKET, "s3_endpoint_url": os.environ["AWS_ENDPOINT_URL"]}
s3 = boto3.client("s3")
bedrock = boto3.client("bedrock")
files = BedrockFilesHandler()


def answer(case):
    uploaded = litellm.create_file(
        file=("batch.jsonl", "".join(json.dumps(line) + "\n" for line in case["lines"]).encode()),
        purpose="batch",
        custom_llm_provider="bedrock",
        model=case["modelId"],
        **WHERE,
    )
    job = bedrock.create_model_invocation_job(
        jobName=f"litellm-{case['id']}",
        modelId=case["modelId"],
        roleArn=os.environ["PEER_ROLE"],
        inputDataConfig={"s3InputDataConfig": {"s3Uri": uploaded.id}},
        outputDataConfig={"s3OutputDataConfig": {"s3Uri": f"s3://{BUCKET}/litellm-batch-outputs/{case['id']}/"}},
    )
    retrieve = lambda: litellm.retrieve_batch(batch_id=job["jobArn"], custom_llm_provider="bedrock", aws_region_name="us-east-1")
    wait_until_ended(lambda: retrieve().status)
    output = retrieve().output_file_id
    change_output(s3, BUCKET, output.removeprefix(f"s3://{BUCKET}/"), case)
    request = {"file_content_request": {"file_id": output}, "optional_params": {}, "api_base": None}
    content = files.file_content(_is_async=False, timeout=LONGEST_WAIT, max_retries=None, **request).content
    return [json.loads(line) for line in content.decode().splitlines() if line]


answer_cases(answer)
