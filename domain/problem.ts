/** One reason why a configuration is refused at save; `message` says in plain words what to change. */
export interface Problem {
  /** Path of the offending field inside the part that was checked, such as `qualifyingValues` or `mappings.2.property`. */
  readonly field: string;
  /** Stable and machine-readable, in kebab case. */
  readonly code: string;
  readonly message: string;
}

export const problem = (field: string, code: string, message: string): Problem => ({ field, code, message });

/** The problems of one part, told from the whole. */
export const inside = (path: string, problems: readonly Problem[]): readonly Problem[] =>
  problems.map(({ field, ...rest }) => ({ field: `${path}.${field}`, ...rest }));
