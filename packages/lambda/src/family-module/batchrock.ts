// What `import … from 'batchrock'` leads to in the module of a family that is deployed: the rest of the SDK is not for functions.
export { defineFamily } from '@batchrock/core';
