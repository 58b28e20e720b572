// Stands in the bundles for the SDK's chain of credential providers: a function has its role's credentials in its environment, and
// looking for profiles, single sign-on or instance metadata would only be code to load.
export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';
