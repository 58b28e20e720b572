/** For the environment of processes that read the same sources. */
export declare const COMPILE_CACHE: { readonly NODE_COMPILE_CACHE: string };
