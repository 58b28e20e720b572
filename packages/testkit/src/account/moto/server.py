"""moto's server as the AWS on loopback needs it: state machines are executed, waits are shortened, calls carry their role.

What moto lacks and what is added here, without touching its interpreter:
- every call of a state machine is signed with one and the same key; here the access key names the role of the execution
- a callback that comes before the call of its task has returned is not seen by a task with a heartbeat; here it is
- a retried task keeps its token; here it gets a new one, as at the service
- the cause of SendTaskFailure is dropped; here it is kept
- a task with a heartbeat and without a timeout ends after 60 seconds; here it has no timeout, as at the service
- an error named `States.` may not pass a Map or reach a Fail state; here it may
- JSONata is evaluated in a Java virtual machine that moto does not bring; here by the port to Python
- retries, waits, timeouts and heartbeats last as long as in the account; here they are divided by SPEED
It ends when its standard input ends, so it never outlives who started it.
"""

import json
import logging
import os
import sys
import threading
import time

from botocore.config import Config
from jsonata import Jsonata
from moto.core.config import default_user_config
from moto.core.responses import EmptyResult
from moto.server import main
from moto.stepfunctions.parser.asl.component.common.error_name.custom_error_name import CustomErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.error_name import ErrorName
from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl
from moto.stepfunctions.parser.asl.component.common.timeouts.timeout import Timeout, TimeoutSeconds
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_callback import (
    StateTaskServiceCallback,
)
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.wait_function import WaitFunction
from moto.stepfunctions.parser.asl.jsonata import jsonata
from moto.stepfunctions.parser.asl.eval.callback import callback
from moto.stepfunctions.parser.asl.utils import boto_client
from moto.stepfunctions.responses import StepFunctionResponse

SPEED = float(os.environ.get("BATCHROCK_MOTO_SPEED", "1"))


def end_with_parent() -> None:
    # not the buffered reader: its lock would be held while the interpreter shuts down
    while os.read(sys.stdin.fileno(), 4096):
        pass
    os._exit(0)


def sign_as_the_role_of_the_execution() -> None:
    """A client for each role, service and Region. Making one takes long, and botocore's default session is not thread-safe."""
    plain = boto_client.boto_client_for
    clients = {}
    lock = threading.Lock()
    session = boto_client.boto3.session.Session()

    class Boto3:
        """What `boto_client_for` uses of boto3, with the key of the role."""

        key = "ak"

        def client(self, config, **settings):
            # as many tasks at once as an inline Map may run, and more
            config = config.merge(Config(max_pool_connections=400))
            return session.client(**{**settings, "config": config, "aws_access_key_id": self.key})

    boto3 = Boto3()
    boto_client.boto3 = boto3

    def client_for(region, service, state_credentials=None):
        role = getattr(state_credentials, "role_arn", None)
        with lock:
            known = clients.get((region, service, role))
            if known is None:
                # The TypeScript side makes the same key of a role: credentials.ts.
                boto3.key = "ak" if role is None else "ROLE" + str(role).encode().hex()
                known = plain(region=region, service=service, state_credentials=state_credentials)
                clients[(region, service, role)] = known
            return known

    for module in list(sys.modules.values()):
        if getattr(module, "boto_client_for", None) is plain:
            module.boto_client_for = client_for


def see_early_callbacks() -> None:
    endpoint = callback.CallbackEndpoint
    plain = endpoint.setup_heartbeat_endpoint

    def setup_heartbeat_endpoint(self, heartbeat_seconds):
        heartbeat = plain(self, max(0.001, heartbeat_seconds / SPEED))
        if self.get_outcome() is not None:
            heartbeat.notify()
        return heartbeat

    endpoint.setup_heartbeat_endpoint = setup_heartbeat_endpoint


def renew_tokens() -> None:
    plain = StateTaskServiceCallback._evaluate_with_timeout

    def evaluate_with_timeout(self, env):
        context = env.states.context_object
        if "Task" in context.context_object_data and context.context_object_data["State"].get("RetryCount", 0) > 0:
            env.callback_pool_manager.add(context.update_task_token())
        plain(self, env)

    StateTaskServiceCallback._evaluate_with_timeout = evaluate_with_timeout


def keep_causes() -> None:
    def send_task_failure(self):
        token, error, cause = (self._get_param(name) for name in ("taskToken", "error", "cause"))
        self.stepfunction_backend.send_task_failure(token, error=error, cause=cause)
        return EmptyResult()

    StepFunctionResponse.send_task_failure = send_task_failure


def give_no_timeout_unasked() -> None:
    def eval_body(self, env):
        seconds = self._eval_seconds(env=env)
        env.stack.append(TimeoutSeconds.DEFAULT_TIMEOUT_SECONDS if self.is_default_value() else seconds / SPEED)

    Timeout._eval_body = eval_body


def let_error_names_pass() -> None:
    def init(self, error_name):
        ErrorName.__init__(self, error_name=error_name)

    CustomErrorName.__init__ = init


def evaluate_jsonata_in_python() -> None:
    plain = jsonata.eval_jsonata_expression

    def eval_jsonata_expression(jsonata_expression):
        try:
            return Jsonata(jsonata_expression).evaluate(None)
        except Exception as error:
            raise jsonata.JSONataException("UNKNOWN", str(error)) from error

    for module in list(sys.modules.values()):
        if getattr(module, "eval_jsonata_expression", None) is plain:
            module.eval_jsonata_expression = eval_jsonata_expression


def shorten_waits() -> None:
    class Time:
        """What the interpreter's retries use of `time`."""

        @staticmethod
        def sleep(seconds):
            time.sleep(seconds / SPEED)

    retrier_decl.time = Time
    plain = WaitFunction._wait_interval

    def wait_interval(self, env, wait_seconds):
        plain(self, env, wait_seconds / SPEED)

    WaitFunction._wait_interval = wait_interval


if __name__ == "__main__":
    # Tasks of state machines import their modules late; all of them have to be there before they are changed.
    import moto.stepfunctions.parser.models  # noqa: F401

    default_user_config["stepfunctions"] = {"execute_state_machine": True}
    default_user_config["iam"] = {"load_aws_managed_policies": True}
    sign_as_the_role_of_the_execution()
    see_early_callbacks()
    renew_tokens()
    keep_causes()
    give_no_timeout_unasked()
    let_error_names_pass()
    evaluate_jsonata_in_python()
    shorten_waits()
    threading.Thread(target=end_with_parent, daemon=True).start()
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    main(json.loads(sys.argv[1]))
