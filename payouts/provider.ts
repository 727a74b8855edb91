/** The one port behind which every way to pay lies. */
export interface RewardOrder {
  readonly rewardId: string;
  readonly workspaceId: string;
  readonly payeePersonId: string;
  readonly amountMinor: number;
  readonly currency: string;
}

export interface Receipt {
  /** The provider's own id of the order. */
  readonly reference: string;
}

export interface PayoutProvider {
  /** Places one order under the key `order.rewardId`; the same key again returns the first order's receipt. */
  send(order: RewardOrder): Promise<Receipt>;
  /** The order under this key, null when the provider has none: how an unknown outcome becomes certain. */
  lookUp(order: Pick<RewardOrder, 'rewardId' | 'workspaceId'>): Promise<Receipt | null>;
}
