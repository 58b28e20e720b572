"""A whole batch inference job with boto3, as its users write it.

Prints one line for each check, `ok NAME` or `not ok NAME: REASON`. Usage: boto3_job.py ENDPOINT [EXPECTED_TEXT].
With EXPECTED_TEXT only the answers of a job are checked: each must be that text.
"""

import json
import sys
import time

from boto3_checks import check, client

ENDPOINT = sys.argv[1]
EXPECTED_TEXT = sys.argv[2] if len(sys.argv) > 2 else None
BUCKET = "clients-of-batchrock"
MODEL = "anthropic.claude-3-haiku-20240307-v1:0"
ENDED = {"Completed", "PartiallyCompleted", "Failed", "Stopped", "Expired"}
RECORDS = 120
LONGEST_WAIT = 90


bedrock = client("bedrock", ENDPOINT)
runtime = client("bedrock-runtime", ENDPOINT)
s3 = client("s3", ENDPOINT)


def body(text):
    return {
        "anthropic_version": "bedrock-2023-05-31",
        "max_tokens": 50,
        "messages": [{"role": "user", "content": [{"type": "text", "text": text}]}],
    }


def create(name, **change):
    request = {
        "jobName": name,
        "roleArn": "arn:aws:iam::000000000000:role/batch",
        "modelId": MODEL,
        "inputDataConfig": {"s3InputDataConfig": {"s3Uri": f"s3://{BUCKET}/{name}/in/"}},
        "outputDataConfig": {"s3OutputDataConfig": {"s3Uri": f"s3://{BUCKET}/{name}/out/"}},
        **change,
    }
    return bedrock.create_model_invocation_job(**request)["jobArn"]


def put_input(name):
    lines = [
        json.dumps({"recordId": f"REC{i:08d}", "modelInput": body(f"Classify the sentiment of: thing {i} is great")})
        for i in range(RECORDS)
    ]
    s3.put_object(Bucket=BUCKET, Key=f"{name}/in/records.jsonl", Body="\n".join(lines).encode())


def wait(arn):
    until = time.monotonic() + LONGEST_WAIT
    while time.monotonic() < until:
        job = bedrock.get_model_invocation_job(jobIdentifier=arn)
        if job["status"] in ENDED:
            return job
        time.sleep(0.05)
    raise TimeoutError(f"{arn} has not ended after {LONGEST_WAIT} s")


def read_output(name, arn):
    prefix = f"{name}/out/{arn.split('/')[-1]}/"
    text = s3.get_object(Bucket=BUCKET, Key=f"{prefix}records.jsonl.out")["Body"].read().decode()
    manifest = json.loads(s3.get_object(Bucket=BUCKET, Key=f"{prefix}manifest.json.out")["Body"].read())
    return [json.loads(line) for line in text.split("\n") if line], manifest


def whole_job(name):
    put_input(name)
    arn = create(name)
    job = wait(arn)
    assert job["status"] == "Completed", job
    return arn, job, *read_output(name, arn)


if EXPECTED_TEXT is not None:

    @check("a job is answered by the upstream server")
    def _():
        arn, job, records, manifest = whole_job(f"upstream-{int(time.time())}")
        texts = {record["modelOutput"]["content"][0]["text"] for record in records}
        assert texts == {EXPECTED_TEXT}, texts
        assert job["successRecordCount"] == RECORDS, job
        assert manifest["outputTokenCount"] > 0, manifest

    @check("a call of the runtime is answered by it too")
    def _():
        answer = runtime.converse(modelId=MODEL, messages=[{"role": "user", "content": [{"text": "hello"}]}])
        text = answer["output"]["message"]["content"][0]["text"]
        assert text == EXPECTED_TEXT, text

    sys.exit()


@check("a bucket is made and found")
def _():
    s3.create_bucket(Bucket=BUCKET)
    assert BUCKET in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]


@check("an object goes up in parts and comes back the same")
def _():
    part = bytes(range(256)) * 24_576
    upload = s3.create_multipart_upload(Bucket=BUCKET, Key="parts.bin")["UploadId"]
    where = {"Bucket": BUCKET, "Key": "parts.bin", "UploadId": upload}
    etags = [s3.upload_part(**where, PartNumber=n, Body=part)["ETag"] for n in (1, 2)]
    parts = [{"PartNumber": n, "ETag": etag} for n, etag in enumerate(etags, 1)]
    s3.complete_multipart_upload(**where, MultipartUpload={"Parts": parts})
    assert s3.get_object(Bucket=BUCKET, Key="parts.bin")["Body"].read() == part * 2


@check("a whole job: put, create, wait, read the output and the manifest")
def _():
    arn, job, records, manifest = whole_job("first-job")
    assert job["totalRecordCount"] == job["successRecordCount"] == RECORDS, job
    assert sorted(record["recordId"] for record in records) == [f"REC{i:08d}" for i in range(RECORDS)]
    assert all("positive" in record["modelOutput"]["content"][0]["text"] for record in records)
    assert manifest["processedRecordCount"] == RECORDS, manifest
    assert job["modelId"].startswith("arn:aws:bedrock:us-east-1::foundation-model/"), job["modelId"]
    assert job["submitTime"] < job["endTime"]


@check("the paginator lists every job once")
def _():
    for i in range(5):
        create(f"page-{i}", inputDataConfig={"s3InputDataConfig": {"s3Uri": f"s3://{BUCKET}/first-job/in/"}})
    pages = bedrock.get_paginator("list_model_invocation_jobs").paginate(
        nameContains="page-", sortBy="CreationTime", sortOrder="Ascending", PaginationConfig={"PageSize": 2}
    )
    names = [job["jobName"] for page in pages for job in page["invocationJobSummaries"]]
    assert names == [f"page-{i}" for i in range(5)], names


@check("errors come as the classes of the service model")
def _():
    expected = [
        (bedrock.exceptions.ValidationException, lambda: create("no-such-bucket", outputDataConfig={"s3OutputDataConfig": {"s3Uri": "s3://no-such-bucket/"}})),
        (bedrock.exceptions.ConflictException, lambda: create("first-job")),
        (bedrock.exceptions.ResourceNotFoundException, lambda: bedrock.get_model_invocation_job(jobIdentifier="000000000000")),
    ]
    for error_class, call in expected:
        try:
            call()
        except error_class as error:
            assert error.response["Error"]["Message"], error.response
        else:
            raise AssertionError(f"no {error_class.__name__}")


@check("a token gives its job again")
def _():
    source = {"inputDataConfig": {"s3InputDataConfig": {"s3Uri": f"s3://{BUCKET}/first-job/in/"}}}
    first = create("token-job", clientRequestToken="one-token", **source)
    assert create("other-name", clientRequestToken="one-token", **source) == first


@check("tags are read and changed")
def _():
    source = {"inputDataConfig": {"s3InputDataConfig": {"s3Uri": f"s3://{BUCKET}/first-job/in/"}}}
    arn = create("tagged-job", tags=[{"key": "team", "value": "a"}], **source)
    bedrock.tag_resource(resourceARN=arn, tags=[{"key": "team", "value": "b"}])
    assert bedrock.list_tags_for_resource(resourceARN=arn)["tags"] == [{"key": "team", "value": "b"}]


@check("quotas are listed")
def _():
    pages = client("service-quotas", ENDPOINT).get_paginator("list_service_quotas").paginate(ServiceCode="bedrock")
    names = [quota["QuotaName"] for page in pages for quota in page["Quotas"]]
    assert "Minimum number of records per batch inference job for Claude 3 Haiku" in names
