/** Functions that search conditions call from SQL. */
import type { Store } from '../store.ts';

export function defineSearchFunctions(store: Store): void {
  store.define('folded', (text) => (text === null ? null : text.toLowerCase()));
  store.define('has_token', (text, query) => (hasToken(text ?? '', query ?? '') ? 1 : 0));
  store.define('has_prefix', (text, query) => (hasPrefix(text ?? '', query ?? '') ? 1 : 0));
}

/** Words between anything but letters and digits; `*` stands for any run of characters. */
function hasToken(text: string, query: string): boolean {
  const words = wordsOf(text);
  const patterns = query
    .toLowerCase()
    .split(/[^\p{L}\p{N}*]+/u)
    .filter(Boolean);
  return patterns.every((pattern) => {
    const expression = new RegExp(`^${pattern.replaceAll('*', '.*')}$`, 'u');
    return words.some((word) => expression.test(word));
  });
}

function hasPrefix(text: string, query: string): boolean {
  const words = wordsOf(text);
  return wordsOf(query).every((part) => words.some((word) => word.startsWith(part)));
}

const wordsOf = (text: string): string[] =>
  text
    .toLowerCase()
    .split(/[^\p{L}\p{M}\p{N}]+/u)
    .filter(Boolean);
