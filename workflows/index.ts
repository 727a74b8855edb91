/** The entry of the workflow bundle: each workflow type once. */
export { connectionLifecycle } from './connection-lifecycle.ts';
export { contactSync } from './contact-sync.ts';
export { referralLifecycle } from './referral-lifecycle.ts';
export { referrerEntry } from './referrer-entry.ts';
