declare module 'ghtml' {
  /** Escapes every expression, except one that is prefixed with `!`. */
  export function html(literals: TemplateStringsArray, ...expressions: readonly unknown[]): string;
}
