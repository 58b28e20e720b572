/** Randomness, for jitter only: nothing that is durable may depend on it. */
export interface Random {
  /** A number in [0, 1). */
  next(): number;
}
