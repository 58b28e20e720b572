import { dirname, join } from 'node:path';

/** A Lambda function, as its template describes it. */
export interface FunctionSettings {
  readonly name: string;
  readonly arn: string;
  readonly roleArn: string;
  /** The folder of its code, unpacked. */
  readonly codeFolder: string;
  /** `<file without extension>.<export>`, as in the template. */
  readonly handler: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  readonly memoryMB: number;
  readonly reservedConcurrency?: number;
  /** True where each invocation sends a trace. */
  readonly isTraced?: boolean;
  /** Where an event goes that asynchronous invocation gives up. */
  readonly onFailureQueueArn?: string;
  /** Attempts after the first one of an asynchronous invocation. Default 2. */
  readonly maxRetryAttempts?: number;
  /** How long an asynchronous invocation is tried. Default 6 hours. */
  readonly maxEventAgeSeconds?: number;
}

/** Keys of a role. */
export interface RoleCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Where functions run. */
export interface Surroundings {
  /** The endpoint of every service, `http://127.0.0.1:<port>`. */
  readonly endpoint: string;
  readonly region: string;
  readonly credentialsFor: (roleArn: string) => RoleCredentials;
}

/**
 * The environment of a function: its own variables and those that Lambda defines (Lambda Developer Guide, "Defined runtime
 * environment variables", 2026-11), and nothing of this process.
 */
export function environmentOf(settings: FunctionSettings, { endpoint, region, credentialsFor }: Surroundings): NodeJS.ProcessEnv {
  const { accessKeyId, secretAccessKey, sessionToken } = credentialsFor(settings.roleArn);
  return {
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    PATH: join(dirname(process.execPath)),
    LAMBDA_TASK_ROOT: settings.codeFolder,
    LAMBDA_RUNTIME_DIR: '/var/runtime',
    _HANDLER: settings.handler,
    ...settings.environment,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    ...(sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: sessionToken }),
    AWS_ENDPOINT_URL: endpoint,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: settings.name,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(settings.memoryMB),
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${settings.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: `${new Date().toISOString().slice(0, 10).replaceAll('-', '/')}/[$LATEST]local`,
  };
}
