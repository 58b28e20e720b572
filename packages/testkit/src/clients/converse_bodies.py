"""Validates Converse bodies by botocore's own service model, as boto3 does before it sends a request. Nothing is sent.

Prints one line for each check, `ok NAME` or `not ok NAME: REASON`. Usage: converse_bodies.py FILE, where a line of FILE is
{"model": ..., "valid": ..., "body": ...}.
"""

import base64
import json
import sys

import botocore.session
from botocore.validate import ParamValidator

SHAPE = botocore.session.get_session().get_service_model("bedrock-runtime").operation_model("Converse").input_shape


def with_bytes(value, key=None):
    """Bytes are base64 on the wire, and bytes in Python."""
    if key == "bytes":
        return base64.b64decode(value, validate=True)
    if isinstance(value, dict):
        return {name: with_bytes(each, name) for name, each in value.items()}
    return [with_bytes(each) for each in value] if isinstance(value, list) else value


counts = {True: 0, False: 0}
for number, line in enumerate(open(sys.argv[1], encoding="utf-8"), 1):
    request = json.loads(line)
    report = ParamValidator().validate({"modelId": request["model"], **with_bytes(request["body"])}, SHAPE)
    if report.has_errors() == request["valid"]:
        problem = report.generate_report() or "a body that is not Converse's was taken"
        print(f"not ok body {number}: {' '.join(problem.split())[:500]}", flush=True)
    counts[request["valid"]] += 1
print(f"ok {counts[True]} bodies are Converse's, {counts[False]} are not", flush=True)
