/** A state table: each state with the states that may follow it. */
export type Transitions<State extends string> = { readonly [From in State]: readonly State[] };

/** Whether the table has this edge; staying where one is is no edge. */
export const hasEdge = <State extends string>(
  transitions: Transitions<State>,
  { from, to }: { readonly from: State; readonly to: State },
): boolean => transitions[from].includes(to);
