// Nothing of ours is imported here: what this shares with other modules a bundle would load late, too.
export { Ajv } from 'ajv';
export { Ajv2019 } from 'ajv/dist/2019.js';
export { Ajv2020 } from 'ajv/dist/2020.js';
export { fullFormats } from 'ajv-formats/dist/formats.js';
