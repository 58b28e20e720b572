"""InvokeModel and Converse with boto3, as its users call them: the answers, and what is refused.

Prints one line for each check, `ok NAME` or `not ok NAME: REASON`. Usage: boto3_runtime.py ENDPOINT.
"""

import contextlib
import json
import sys
import urllib.request

from boto3_checks import check, client
from botocore.exceptions import ClientError

ENDPOINT = sys.argv[1]
HAIKU = "anthropic.claude-3-haiku-20240307-v1:0"
NOVA = "amazon.nova-lite-v1:0"
TITAN = "amazon.titan-embed-text-v2:0"
PROFILE_ONLY = "anthropic.claude-opus-5"

# one try a call: what is refused is looked at, not what a retry makes of it
runtime = client("bedrock-runtime", ENDPOINT, attempts=1)
patient = client("bedrock-runtime", ENDPOINT, attempts=8)


def claude(text, **change):
    body = {"anthropic_version": "bedrock-2023-05-31", "max_tokens": 50, "messages": [{"role": "user", "content": text}]}
    return {**body, **change}


def invoke(model, body, by=runtime):
    answer = by.invoke_model(modelId=model, body=body if isinstance(body, bytes) else json.dumps(body))
    assert answer["contentType"] == "application/json", answer
    return json.loads(answer["body"].read()), answer["ResponseMetadata"]["HTTPHeaders"]


def user(text):
    return [{"role": "user", "content": [{"text": text}]}]


def refused(error_class, call, words="", status=None):
    """The call ends with an error of a class of the service model, or of its name, and says something."""
    try:
        call()
    except ClientError as error:
        code, message = error.response["Error"]["Code"], error.response["Error"]["Message"]
        assert isinstance(error, error_class), f"{code}: {message}"
        assert message and words in message, message
        found = error.response["ResponseMetadata"]["HTTPStatusCode"]
        assert status is None or found == status, found
    else:
        raise AssertionError(f"no {error_class.__name__}")


@contextlib.contextmanager
def faults(**which):
    """Faults that hold meanwhile."""

    def administer(method, body=None):
        data = None if body is None else json.dumps(body).encode()
        urllib.request.urlopen(urllib.request.Request(f"{ENDPOINT}/_batchrock/faults", data, method=method)).close()

    administer("PUT", which)
    try:
        yield
    finally:
        administer("DELETE")


ERRORS = runtime.exceptions


@check("InvokeModel answers in the model's own shape, with its tokens in the headers")
def _():
    answer, headers = invoke(HAIKU, claude("sentiment: awful"))
    assert answer["type"] == "message" and answer["role"] == "assistant", answer
    assert "negative" in answer["content"][0]["text"] and answer["stop_reason"] == "end_turn", answer
    assert int(headers["x-amzn-bedrock-input-token-count"]) == answer["usage"]["input_tokens"] > 0, headers
    assert int(headers["x-amzn-bedrock-output-token-count"]) == answer["usage"]["output_tokens"] > 0, headers


@check("InvokeModel takes a profile and an ARN, and gives embeddings")
def _():
    for model in ("us.anthropic.claude-sonnet-4-20250514-v1:0", f"arn:aws:bedrock:us-east-1::foundation-model/{HAIKU}"):
        assert invoke(model, claude("Hi"))[0]["type"] == "message"
    assert len(invoke(TITAN, {"inputText": "a", "dimensions": 256})[0]["embedding"]) == 256


@check("Converse answers any chat model in one shape")
def _():
    for model in (NOVA, HAIKU, "qwen.qwen3-32b-v1:0", f"us.{NOVA}"):
        answer = runtime.converse(modelId=model, messages=user("sentiment: great"), system=[{"text": "Be short."}])
        message, usage = answer["output"]["message"], answer["usage"]
        assert message["role"] == "assistant" and "positive" in message["content"][0]["text"], message
        assert answer["stopReason"] == "end_turn" and answer["metrics"]["latencyMs"] >= 0, answer
        assert usage["totalTokens"] == usage["inputTokens"] + usage["outputTokens"] > 0, usage


@check("Converse ends at maxTokens, and goes on with a conversation")
def _():
    long = user("Write a long story.")
    answer = runtime.converse(modelId=NOVA, messages=long, inferenceConfig={"maxTokens": 1})
    assert answer["stopReason"] == "max_tokens" and answer["usage"]["outputTokens"] <= 1, answer
    more = [*long, answer["output"]["message"], *user("Go on.")]
    assert runtime.converse(modelId=NOVA, messages=more)["stopReason"] == "end_turn"


@check("a model that is none is a ValidationException or not found")
def _():
    none = (ERRORS.ValidationException, ERRORS.ResourceNotFoundException)
    arn = "arn:aws:bedrock:us-east-1::foundation-model/acme.none-v1:0"
    for model in ("acme.none-v1:0", "us.acme.none-v1:0", arn):
        refused(none, lambda: invoke(model, claude("Hi")))
        refused(none, lambda: runtime.converse(modelId=model, messages=user("Hi")))


@check("a model that is reached by a profile alone says so")
def _():
    for call in (
        lambda: invoke(PROFILE_ONLY, claude("Hi")),
        lambda: runtime.converse(modelId=PROFILE_ONLY, messages=user("Hi")),
    ):
        refused(ERRORS.ValidationException, call, "inference profile", 400)


@check("a body that is no JSON, or not the model's, is a ValidationException")
def _():
    for body in (b"{", b"", b"[]", b'"text"', b"\xff\xfe", {}, claude("Hi", max_tokens="many"), claude("Hi", messages=[]), {"prompt": "Hi"}):
        refused(ERRORS.ValidationException, lambda: invoke(HAIKU, body), status=400)
    refused(ERRORS.ValidationException, lambda: invoke(NOVA, claude("Hi")), "Malformed input request", 400)


@check("a conversation that is none is a ValidationException")
def _():
    assistant = [{"role": "assistant", "content": [{"text": "Hello"}]}]
    for messages in (assistant, [{"role": "user", "content": []}], user(" "), []):
        refused(ERRORS.ValidationException, lambda: runtime.converse(modelId=NOVA, messages=messages), status=400)
    too_hot = {"temperature": 2.0}
    refused(ERRORS.ValidationException, lambda: runtime.converse(modelId=NOVA, messages=user("Hi"), inferenceConfig=too_hot))
    refused(ERRORS.ValidationException, lambda: runtime.converse(modelId=TITAN, messages=user("Hi")), "model", 400)


@check("throttling is a ThrottlingException of the operation that it is set for")
def _():
    with faults(throttle={"InvokeModel": 1}):
        refused(ERRORS.ThrottlingException, lambda: invoke(HAIKU, claude("Hi")), status=429)
        assert runtime.converse(modelId=NOVA, messages=user("Hi"))["stopReason"] == "end_turn"
    with faults(throttle={"Converse": 1}):
        refused(ERRORS.ThrottlingException, lambda: runtime.converse(modelId=NOVA, messages=user("Hi")), status=429)
        assert invoke(HAIKU, claude("Hi"))[0]["type"] == "message"


@check("a client that tries again gets past throttling and failures")
def _():
    with faults(throttle={"InvokeModel": 0.3}, serverError={"InvokeModel": 0.1}, seed=7):
        for i in range(5):
            assert invoke(HAIKU, claude(f"Hi {i}"), by=patient)[0]["type"] == "message"


@check("failures of the service and of one record, and missing access, are the classes of the service model")
def _():
    calls = (lambda: invoke(HAIKU, claude("Hi")), lambda: runtime.converse(modelId=NOVA, messages=user("Hi")))
    with faults(serverError=1):
        for call in calls:
            refused(ERRORS.InternalServerException, call, status=500)
    with faults(noAccess=True):
        for call in calls:
            refused(ERRORS.AccessDeniedException, call, "access", 403)
    for code, name in ((408, "ModelTimeoutException"), (424, "ModelErrorException"), (503, "ServiceUnavailableException")):
        with faults(recordFail=1, recordCodes=[code]):
            for call in calls:
                refused(getattr(ERRORS, name), call, status=code)
