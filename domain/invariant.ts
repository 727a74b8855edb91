/** A promise of ours that does not hold. In a workflow it fails the task, which waits for a fixed worker. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError';
}

/** Stops loudly when our own code is wrong; never used for input, where a problem is a value. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InvariantError(`Broken invariant: ${message}`);
}

/** The end of a `switch` over a union: a case that was forgotten is a type error here. */
export function assertNever(value: never): never {
  throw new InvariantError(`Broken invariant: unexpected case ${JSON.stringify(value)}`);
}
