/** Numbers from a printed seed (mulberry32): the schedule of a fault run can be repeated, its interleaving cannot. */
export interface Seeded {
  /** At least `from`, below `to`. */
  between(from: number, to: number): number;
  one<const T>(choices: readonly [T, ...T[]]): T;
}

export function seeded(seed: number): Seeded {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    between: (from, to) => from + next() * (to - from),
    one: (choices) => choices[Math.floor(next() * choices.length)] ?? choices[0],
  };
}
