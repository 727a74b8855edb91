/** HubSpot's own failures by name, with its bodies, so that an order need not spell them out. */
import type { Fault } from './faults.ts';
import { tooManyBody } from './limits.ts';

type PresetFault = Pick<Fault, 'path'> & Partial<Omit<Fault, 'path' | 'times'>>;

export interface FaultPreset {
  readonly title: string;
  readonly fault: PresetFault;
}

/** Whatever needs a token. */
const anyCall = '^/(crm|account-info)/';
const tokenCall = '^/oauth/[^/]+/token$';
const searchCall = '/search([/?]|$)';

const failure = (status: number, json: object, more: Partial<PresetFault> = {}): PresetFault => ({
  path: anyCall,
  status,
  json: { status: 'error', ...json },
  ...more,
});

const page = (status: number): PresetFault => ({ path: anyCall, status, body: 'html' });

const tokenRefusal = (status: string, error: string, message: string): PresetFault => ({
  path: tokenCall,
  method: 'POST',
  status: 400,
  json: { status, message, error, error_description: message },
});

export const presetNames = [
  '401',
  '403',
  '409-batch',
  '423',
  '429',
  '429-secondly',
  '429-daily',
  '477',
  '500-html',
  '502-html',
  '503-html',
  '504-html',
  'hang',
  'slow',
  'drop',
  'BAD_REFRESH_TOKEN',
  'BAD_HUB',
  'BAD_CLIENT_SECRET',
] as const;

export type PresetName = (typeof presetNames)[number];

export const faultPresets: Readonly<Record<PresetName, FaultPreset>> = {
  '401': {
    title: 'The token is refused as expired',
    fault: failure(401, {
      message: 'The OAuth token used to make this call expired 0 second(s) ago.',
      category: 'EXPIRED_AUTHENTICATION',
    }),
  },
  '403': {
    title: 'A scope is missing',
    fault: failure(403, {
      message: "This app hasn't been granted all required scopes to make this call.",
      errors: [
        {
          message: 'One or more of the following scopes are required.',
          context: { requiredGranularScopes: ['crm.objects.contacts.write'] },
        },
      ],
      category: 'MISSING_SCOPES',
    }),
  },
  '409-batch': {
    title: 'A batch meets a conflict',
    fault: failure(
      409,
      { message: 'Contact already exists', category: 'CONFLICT' },
      { path: '/batch/(create|update|upsert)([/?]|$)', method: 'POST' },
    ),
  },
  '423': {
    title: 'Records are locked by a bulk write',
    fault: failure(
      423,
      { message: 'The record is locked. Wait at least 2 seconds and try again.', category: 'LOCKED' },
      { path: '^/crm/(.*/)?objects/' },
    ),
  },
  '429': {
    title: 'The ten-second limit is reached',
    fault: failure(
      429,
      tooManyBody('You have reached your ten_secondly_rolling limit.', 'TEN_SECONDLY_ROLLING'),
    ),
  },
  '429-secondly': {
    title: 'The search limit is reached',
    fault: failure(429, tooManyBody('You have reached your secondly limit.', 'SECONDLY'), {
      path: searchCall,
    }),
  },
  '429-daily': {
    title: 'The daily limit is reached',
    fault: failure(429, tooManyBody('You have reached your daily limit.', 'DAILY')),
  },
  '477': {
    title: 'The account is moving to another data centre',
    fault: failure(
      477,
      { message: 'A migration of this account is in progress.', category: 'MIGRATION_IN_PROGRESS' },
      { headers: { 'retry-after': '60' } },
    ),
  },
  '500-html': { title: 'HubSpot fails, with a web page', fault: page(500) },
  '502-html': { title: 'A gateway fails, with a web page', fault: page(502) },
  '503-html': { title: 'HubSpot is away, with a web page', fault: page(503) },
  '504-html': { title: 'A gateway waits in vain, with a web page', fault: page(504) },
  hang: { title: 'Calls are never answered', fault: { path: anyCall, hang: true } },
  slow: { title: 'Answers take 5 seconds', fault: { path: anyCall, delayMs: 5000 } },
  drop: {
    title: 'Writes are done, their answers are lost',
    fault: { path: '^/crm/(?!.*/(search|batch/read))', method: 'POST', dropResponse: true },
  },
  BAD_REFRESH_TOKEN: {
    title: 'Refresh tokens are revoked',
    fault: tokenRefusal('BAD_REFRESH_TOKEN', 'invalid_grant', 'refresh token is invalid, expired or revoked'),
  },
  BAD_HUB: {
    title: 'The account is deleted',
    fault: tokenRefusal('BAD_HUB', 'access_denied', 'missing or unknown hub id'),
  },
  BAD_CLIENT_SECRET: {
    title: 'The client secret is wrong',
    fault: tokenRefusal('BAD_CLIENT_SECRET', 'invalid_client', 'missing or invalid client secret'),
  },
};
