// Stands in the bundles for the SDK's chains of credential and token providers: a function has its role's credentials in its
// environment, and looking for profiles, single sign-on or instance metadata would only be code to load.
export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';

/** Bedrock's client asks for a bearer token too; a function has none and signs its requests. */
export const fromEnvSigningName = () => noToken;
export const nodeProvider = () => noToken;

async function noToken() {
  throw new Error('a function signs its requests; it has no bearer token');
}
