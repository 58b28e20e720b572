"""moto's server as the AWS on loopback needs it: state machines are executed, on the account's clock, by their role.

What moto lacks and what is added here, without touching its interpreter:
- every call of a state machine is signed with one and the same key; here the access key names the role of the execution
- a callback that comes before the call of its task has returned is not seen by a task with a heartbeat; here it is
- a retried task keeps its token; here it gets a new one, as at the service
- the cause of SendTaskFailure is dropped; here it is kept
- a task that starts an execution and waits for it takes and gives the names of the SDK; here those of the service, `Input` and `Output`, and an execution
  without a name has one of its own
- a task with a heartbeat and without a timeout ends after 60 seconds; here it has no timeout, as at the service
- an error named `States.` may not pass a Map or reach a Fail state; here it may
- a heartbeat that is missed is States.Timeout and nothing else; here Retry and Catch know it as States.HeartbeatTimeout too
  (Step Functions Developer Guide, "Handling errors in Step Functions workflows", 2026-11)
- JSONata is evaluated in a Java virtual machine that moto does not bring; here by the port to Python
- retries, waits, timeouts, heartbeats and the times of executions go by the wall; here they go by the account's clock, which is told by requests
  (`x-account-ahead`), by answers of functions (the same), and by `/_account/settle`, which answers when nothing is left to do
- a task of an aborted execution holds its token until its next heartbeat; here it lets go of it at once, as at the service
- the start time of an execution is no text in its context; here it is
- a transaction of DynamoDB copies the whole of each table it names, for each of its parts; here the items are remembered by reference
- an execution has no environment yet when StartExecution returns, and a callback to any other one fails of it; here it has
It ends when its standard input ends, so it never outlives who started it.
"""

import copy
import json
import logging
import math
import os
import sys
import threading
import uuid
from collections import defaultdict
from types import SimpleNamespace

from botocore.config import Config
from jsonata import Jsonata
from machine_clock import CLOCK, put_on_the_clock
from moto import server
from moto.core.config import default_user_config
from moto.core.responses import EmptyResult
from moto.core.utils import iso_8601_datetime_with_milliseconds
from moto.dynamodb import models as tables
from moto.dynamodb.models.table import Table
from moto.stepfunctions.parser.asl.component.common.error_name.custom_error_name import CustomErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.error_equals_decl import ErrorEqualsDecl
from moto.stepfunctions.parser.asl.component.common.error_name.error_name import ErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import StatesErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import StatesErrorNameType
from moto.stepfunctions.parser.asl.component.common.timeouts.timeout import Timeout, TimeoutSeconds
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_callback import (
    StateTaskServiceCallback,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_sfn import (
    StateTaskServiceSfn,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.state_task import StateTask
from moto.stepfunctions.parser.asl.jsonata import jsonata
from moto.stepfunctions.parser.asl.eval.callback import callback
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.utils import boto_client
from moto.stepfunctions.parser.backend.execution_worker import ExecutionWorker
from moto.stepfunctions.responses import StepFunctionResponse

AHEAD = "x-account-ahead"


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
    hear_the_time(session)

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
        heartbeat = plain(self, heartbeat_seconds)
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


def call_step_functions_by_its_names() -> None:
    def recased(values, change):
        for key in list(values) if isinstance(values, dict) else []:
            values[change(key[0]) + key[1:]] = values.pop(key)

    plain = StateTaskServiceSfn._normalise_parameters

    def normalise_parameters(self, parameters, boto_service_name=None, service_action_name=None):
        plain(self, parameters, boto_service_name, service_action_name)
        recased(parameters, str.lower)
        if "stateMachineArn" in parameters:
            parameters.setdefault("name", str(uuid.uuid4()))

    def normalise_response(self, response, boto_service_name=None, service_action_name=None):
        recased(response, str.upper)

    StateTaskServiceSfn._normalise_parameters = normalise_parameters
    StateTaskServiceSfn._normalise_response = normalise_response


def keep_causes() -> None:
    def send_task_failure(self):
        token, error, cause = (self._get_param(name) for name in ("taskToken", "error", "cause"))
        self.stepfunction_backend.send_task_failure(token, error=error, cause=cause)
        return EmptyResult()

    StepFunctionResponse.send_task_failure = send_task_failure


def give_no_timeout_unasked() -> None:
    def eval_body(self, env):
        seconds = self._eval_seconds(env=env)
        env.stack.append(TimeoutSeconds.DEFAULT_TIMEOUT_SECONDS if self.is_default_value() else seconds)

    Timeout._eval_body = eval_body


def let_error_names_pass() -> None:
    def init(self, error_name):
        ErrorName.__init__(self, error_name=error_name)

    CustomErrorName.__init__ = init


def tell_missed_heartbeats() -> None:
    fail, match = StateTask._from_error, ErrorEqualsDecl._eval_body
    own_name = StatesErrorName(typ=StatesErrorNameType.StatesHeartbeatTimeout)

    def from_error(self, env, ex):
        failure = fail(self, env, ex)
        if isinstance(ex, callback.HeartbeatTimeoutError):
            failure.error_name.is_heartbeat = True
        return failure

    def eval_body(self, env):
        is_heartbeat = getattr(env.stack[-1], "is_heartbeat", False)
        match(self, env)
        if is_heartbeat and own_name in self.error_names:
            env.stack[-1] = True

    StateTask._from_error = from_error
    ErrorEqualsDecl._eval_body = eval_body


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


def let_go_of_tokens_when_aborted() -> None:
    plain = Environment.set_stop

    def set_stop(self, stop_date, cause, error):
        plain(self, stop_date=stop_date, cause=cause, error=error)
        if not self.is_frame():
            for endpoint in list(self.callback_pool_manager._pool.values()):
                endpoint.interrupt_all()

    Environment.set_stop = set_stop


def begin_with_an_environment() -> None:
    environment, logic, start = (
        ExecutionWorker._get_evaluation_environment,
        ExecutionWorker._execution_logic,
        ExecutionWorker.start,
    )

    def get_evaluation_environment(self):
        self.env = environment(self)
        execution = self.env.states.context_object.context_object_data["Execution"]
        execution["StartTime"] = iso_8601_datetime_with_milliseconds(execution["StartTime"])
        self.has_begun.set()
        return self.env

    def execution_logic(self):
        try:
            logic(self)
        finally:
            self.has_begun.set()

    def start_and_wait(self):
        self.has_begun = threading.Event()
        start(self)
        self.has_begun.wait()

    ExecutionWorker._get_evaluation_environment = get_evaluation_environment
    ExecutionWorker._execution_logic = execution_logic
    ExecutionWorker.start = start_and_wait


def remember_items_by_reference() -> None:
    """A put replaces its item and a delete takes it away: only an update changes one in place. The front lets one call in at a time."""
    plain = tables.DynamoDBBackend.transact_write_items

    def remembered(value):
        if not isinstance(value, Table):
            return copy.deepcopy(value)
        table = copy.copy(value)
        by_hash = {key: dict(found) if isinstance(found, dict) else found for key, found in value.items.items()}
        table.items = defaultdict(dict, by_hash)
        return table

    def transact_write_items(self, transact_items):
        has_update = any("Update" in item for item in transact_items)
        tables.copy = copy if has_update else SimpleNamespace(deepcopy=remembered)
        try:
            plain(self, transact_items)
        finally:
            tables.copy = copy

    tables.DynamoDBBackend.transact_write_items = transact_write_items


def hear_the_time(session) -> None:
    def after_call(http_response, **_):
        ahead = http_response.headers.get(AHEAD)
        if ahead is not None:
            CLOCK.tell_ahead(float(ahead) / 1000)

    session.events.register("after-call", after_call)


class Application(server.DomainDispatcherApplication):
    """moto's, with the account's clock before it."""

    def __call__(self, environ, start_response):
        ahead = environ.get("HTTP_" + AHEAD.upper().replace("-", "_"))
        if ahead is not None:
            CLOCK.tell_ahead(float(ahead) / 1000)
        if environ["PATH_INFO"] != "/_account/settle":
            return super().__call__(environ, start_response)
        due = CLOCK.settle(float(environ["QUERY_STRING"]) / 1000)
        start_response("200 OK", [("content-type", "application/json")])
        return [json.dumps({} if due is None else {"due": math.ceil(due * 1000)}).encode()]


if __name__ == "__main__":
    # Tasks of state machines import their modules late; all of them have to be there before they are changed.
    import moto.stepfunctions.parser.models  # noqa: F401

    default_user_config["stepfunctions"] = {"execute_state_machine": True}
    default_user_config["iam"] = {"load_aws_managed_policies": True}
    sign_as_the_role_of_the_execution()
    see_early_callbacks()
    renew_tokens()
    keep_causes()
    call_step_functions_by_its_names()
    give_no_timeout_unasked()
    let_error_names_pass()
    tell_missed_heartbeats()
    evaluate_jsonata_in_python()
    let_go_of_tokens_when_aborted()
    begin_with_an_environment()
    remember_items_by_reference()
    put_on_the_clock([module for name, module in sys.modules.items() if name.startswith("moto.stepfunctions.parser.")])
    server.DomainDispatcherApplication = Application
    threading.Thread(target=end_with_parent, daemon=True).start()
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server.main(json.loads(sys.argv[1]))
