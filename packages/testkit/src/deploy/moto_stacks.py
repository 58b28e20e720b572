"""moto's server as deployments need it, on loopback: what its CloudFormation lacks, and no more.

- a template is fetched from moto's own S3 by the host's name alone; here also by an address, with the bucket in its path
- a change set that was executed leaves the outputs of its stack as they were; here they are those of its template
- change sets are found by their names alone, and stay; here those of a stack go when one of them is executed, as at the service
- a change set that is not there is an error when it is deleted, and of the wrong name when it is described; here as at the service
It ends when its standard input ends, so it never outlives who started it.
"""

import json
import logging
import os
import sys
import threading
from urllib.parse import urlparse

from moto import server
from moto.cloudformation import models, responses
from moto.cloudformation.exceptions import CloudFormationError

fetch = responses.get_stack_from_s3_url
execute = models.CloudFormationBackend.execute_change_set
delete = models.CloudFormationBackend.delete_change_set
describe = models.CloudFormationBackend.describe_change_set


class ChangeSetNotFound(CloudFormationError):
    code = "ChangeSetNotFound"


def is_there(backend, name):
    return name in backend.change_sets or any(each.change_set_name == name for each in backend.change_sets.values())


def delete_if_there(self, change_set_name):
    if is_there(self, change_set_name):
        delete(self, change_set_name)


def describe_if_there(self, change_set_name):
    if not is_there(self, change_set_name):
        raise ChangeSetNotFound(f"ChangeSet [{change_set_name}] does not exist")
    return describe(self, change_set_name)


def fetch_by_address(template_url, account_id, partition):
    place = urlparse(template_url)
    if place.hostname == "127.0.0.1":
        template_url = f"http://localhost{place.path}"
    return fetch(template_url, account_id, partition)


def execute_with_outputs(self, change_set_name, stack_name=None):
    execute(self, change_set_name, stack_name)
    for stack in self.stacks.values():
        if stack.name == stack_name or stack.stack_id == stack_name:
            stack._parse_template()
            stack.output_map = stack._create_output_map()
            for change_set_id, change_set in list(self.change_sets.items()):
                if change_set.stack_id == stack.stack_id:
                    del self.change_sets[change_set_id]


def end_with_parent():
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    responses.get_stack_from_s3_url = fetch_by_address
    models.CloudFormationBackend.execute_change_set = execute_with_outputs
    models.CloudFormationBackend.delete_change_set = delete_if_there
    models.CloudFormationBackend.describe_change_set = describe_if_there
    threading.Thread(target=end_with_parent, daemon=True).start()
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server.main(json.loads(sys.argv[1]))
