import { randomBytes } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { TraceHasher } from '../db/trace-hash.ts';
import { longestVisitDays } from '../domain/attribution.ts';
import { fromPublicId, toPublicId } from '../domain/id.ts';
import { DAY_MS, SECOND_MS } from '../domain/time.ts';
import { visitorAddress } from '../domain/visitor-address.ts';
import { wantsPage } from './pages/send-page.ts';

/** Who signs up or joins, as far as the network and the browser tell; hashes under the newest key first. */
export interface Visitor {
  readonly ipHashes: readonly string[];
  /** Of the browser's own cookie. */
  readonly deviceHashes: readonly string[];
  /** Of the cookie, or else of the visit that a page of the company's own handed on. */
  readonly visitHashes: readonly string[];
}

/** A server signs somebody up: nothing it sends tells of the person's browser or network. */
export const unseenVisitor: Visitor = { ipHashes: [], deviceHashes: [], visitHashes: [] };

/** What is stored of a visitor. */
export const traceOf = ({ ipHashes, deviceHashes }: Visitor) => ({
  ipHash: ipHashes[0] ?? null,
  deviceHash: deviceHashes[0] ?? null,
});

export const newVisitId = (): string => randomBytes(16).toString('base64url');

/** As `newVisitId` makes them. */
const visitPattern = /^[\w-]{22}$/;
/** On https only the name that no other host of the domain can set: it could claim credit for its own links. */
const cookieNames = {
  https: /^__Host-vf_visit_(cmp_[0-9a-z]{26})$/,
  http: /^vf_visit_(cmp_[0-9a-z]{26})$/,
} as const;
/** More cookies of campaigns than this are not looked at. */
const mostCookies = 50;

/** The visits that a browser's cookies tell of, by campaign. */
export function visitsOf(
  { headers }: Pick<FastifyRequest, 'headers'>,
  publicUrl: string,
): ReadonlyMap<string, string> {
  const cookieName = cookieNames[isSecure(publicUrl) ? 'https' : 'http'];
  const pairs = (headers.cookie ?? '').split(';', 200).flatMap((pair) => {
    const at = pair.indexOf('=');
    const name = cookieName.exec(pair.slice(0, at).trim());
    const campaignId = name?.[1] === undefined ? null : fromPublicId('campaign', name[1]);
    const visitId = pair.slice(at + 1).trim();
    return campaignId !== null && visitPattern.test(visitId) ? [[campaignId, visitId] as const] : [];
  });
  return new Map(pairs.slice(0, mostCookies));
}

/**
 * The cookie by which a browser's visits to one campaign are known: a random id and nothing else, for this site only,
 * out of reach of scripts, and kept no longer than the campaign lets a visit count.
 */
export function visitCookie(
  { id, attributionWindowDays: days }: { readonly id: string; readonly attributionWindowDays: number | null },
  visitId: string,
  publicUrl: string,
): string {
  const secure = isSecure(publicUrl);
  const seconds = (Math.min(days ?? longestVisitDays, longestVisitDays) * DAY_MS) / SECOND_MS;
  const name = `${secure ? '__Host-' : ''}vf_visit_${toPublicId('campaign', id)}`;
  return `${name}=${visitId}; Max-Age=${seconds}; Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
}

const isSecure = (publicUrl: string): boolean => publicUrl.startsWith('https:');

/**
 * What a request tells of its visitor. The address counts only when a browser sent the request, which says from which
 * page: a company's server signs up everybody from one address. A browser that sends a form of ours and is not known yet
 * gets its cookie here.
 */
export function visitorOf(
  request: FastifyRequest,
  reply: FastifyReply,
  {
    campaign,
    handedOn,
    traces,
    publicUrl,
  }: {
    readonly campaign: Parameters<typeof visitCookie>[0] & { readonly workspaceId: string };
    /** The `visit` of the body. */
    readonly handedOn?: string | undefined;
    readonly traces: TraceHasher;
    readonly publicUrl: string;
  },
): Visitor {
  const { workspaceId } = campaign;
  const byForm = wantsPage(request);
  const known = visitsOf(request, publicUrl).get(campaign.id);
  const own = known ?? (byForm ? newVisitId() : undefined);
  if (own !== undefined && byForm) reply.header('set-cookie', visitCookie(campaign, own, publicUrl));
  const byBrowser = byForm || request.headers.origin !== undefined;
  const address = byBrowser ? visitorAddress(request.ip) : null;
  return {
    ipHashes: address === null ? [] : traces.candidates({ kind: 'ip', workspaceId, address }),
    deviceHashes: visitHashes(traces, own),
    visitHashes: visitHashes(traces, known ?? handedOn),
  };
}

/** Of a server's sign-up, which may hand on the visit that led to it. */
export const handedOnVisitor = (traces: TraceHasher, visitId: string | undefined): Visitor => ({
  ...unseenVisitor,
  visitHashes: visitHashes(traces, visitId),
});

const visitHashes = (traces: TraceHasher, visitId: string | undefined): readonly string[] =>
  visitId === undefined || !visitPattern.test(visitId) ? [] : traces.candidates({ kind: 'visit', visitId });
