import { defaultFraudActions, type FraudFacts, type FraudSettings } from '../../domain/fraud.ts';

/** A referral about which there is nothing to say. */
export const fraudFacts = (more: Partial<FraudFacts> = {}): FraudFacts => ({
  referrer: { personId: 'referrer', email: 'rita.sand@gmail.com' },
  referred: { personId: 'referred', email: 'finn@orchard.io' },
  disposable: false,
  referrersIp: false,
  referrersDevice: false,
  sameDeviceReferralIds: [],
  recentSignUps: 1,
  contact: { outcome: 'created', lifecycleStage: null },
  returnReferralIds: [],
  ...more,
});

export const fraudSettings = (more: Partial<FraudSettings> = {}): FraudSettings => ({
  actions: defaultFraudActions,
  velocity: { signUps: 5, minutes: 60 },
  ...more,
});
