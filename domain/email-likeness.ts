import { emailKey } from './email.ts';

/** How an address hides that it is the same mailbox as another one. */
export type MailboxTrick = 'plus-address' | 'gmail-dots' | 'googlemail';

export interface Mailbox {
  /** Alike for all addresses that reach this mailbox. */
  readonly mailbox: string;
  readonly tricks: readonly MailboxTrick[];
}

/**
 * The mailbox that an address reaches: without a plus tag, which most providers ignore, and at Gmail without dots and
 * under one of its two names. Null for text that is no address.
 */
export function mailboxOf(email: string | null): Mailbox | null {
  const key = email === null ? null : emailKey(email);
  if (key === null) return null;
  const at = key.lastIndexOf('@');
  const [local, domain] = [key.slice(0, at), asciiDomain(key.slice(at + 1))];
  const tagAt = local.indexOf('+');
  // A tag without a name before it is the name.
  const name = tagAt > 0 ? local.slice(0, tagAt) : local;
  const gmail = domain === 'gmail.com' || domain === 'googlemail.com';
  const plain = gmail ? name.replaceAll('.', '') : name;
  return {
    mailbox: `${plain}@${gmail ? 'gmail.com' : domain}`,
    tricks: [
      ...(name !== local ? (['plus-address'] as const) : []),
      ...(plain !== name ? (['gmail-dots'] as const) : []),
      ...(domain === 'googlemail.com' ? (['googlemail'] as const) : []),
    ],
  };
}

/**
 * The domain of an address if it says at which company somebody is: not one at which anybody gets a mailbox, nor a
 * name that is reserved for documents and tests (RFC 2606), which belongs to nobody. Null otherwise.
 */
export function companyDomain(email: string | null): string | null {
  const key = email === null ? null : emailKey(email);
  if (key === null) return null;
  const domain = asciiDomain(key.slice(key.lastIndexOf('@') + 1));
  return isFreeMail(domain) || reserved.test(domain) ? null : domain;
}

/** The domain of an address and the domains above it, most specific first: what a list of domains is asked for. */
export function domainsOf(email: string): readonly string[] {
  const labels = asciiDomain(email.slice(email.lastIndexOf('@') + 1).toLowerCase()).split('.');
  return labels.slice(0, -1).map((_, from) => labels.slice(from).join('.'));
}

/** One writing of a domain: `bücher.example` and `xn--bcher-kva.example` are the same. */
const asciiDomain = (domain: string): string =>
  URL.canParse(`http://${domain}`) ? new URL(`http://${domain}`).hostname : domain;

const reserved = /(^|\.)(example(\.(com|net|org))?|test|invalid|localhost)$/;

/** Where anybody gets a mailbox, under a name of any country: `yahoo.co.uk`, `gmx.at`, `mail.ru`. */
const freeMailNames =
  /^(gmail|googlemail|yahoo|ymail|rocketmail|hotmail|outlook|live|msn|gmx|web|mail|freenet|t-online|yandex|zoho|aol)\.(com|net|org|de|at|ch|fr|it|es|pt|nl|be|lu|ie|se|no|dk|fi|pl|cz|sk|hu|ro|bg|gr|tr|ru|ua|by|kz|il|in|id|ph|vn|th|sg|my|tw|hk|cn|jp|kr|ca|mx|cl|pe|co|ar|br|eu|us|uk|(com?|org|net|ac)\.[a-z]{2})$/;

const freeMail: ReadonlySet<string> = new Set(
  `icloud.com me.com mac.com proton.me protonmail.com protonmail.ch pm.me passmail.net tutanota.com tutanota.de tutamail.com
  tuta.com tuta.io fastmail.com fastmail.fm hey.com duck.com mailbox.org posteo.de posteo.net posteo.at riseup.net disroot.org
  comcast.net verizon.net att.net sbcglobal.net bellsouth.net cox.net charter.net earthlink.net juno.com optonline.net frontier.com
  rogers.com shaw.ca sympatico.ca telus.net btinternet.com virginmedia.com sky.com talktalk.net ntlworld.com blueyonder.co.uk
  orange.fr wanadoo.fr free.fr laposte.net sfr.fr neuf.fr bbox.fr libero.it virgilio.it tiscali.it alice.it tin.it
  terra.es telefonica.net skynet.be telenet.be ziggo.nl kpnmail.nl planet.nl xs4all.nl home.nl hetnet.nl
  arcor.de vodafone.de vodafonemail.de 1und1.de online.de email.de bluewin.ch hispeed.ch aon.at chello.at
  wp.pl o2.pl interia.pl onet.pl op.pl poczta.onet.pl seznam.cz email.cz centrum.cz atlas.cz azet.sk zoznam.sk freemail.hu citromail.hu
  abv.bg inbox.lv bk.ru list.ru inbox.ru rambler.ru ya.ru ukr.net i.ua qq.com vip.qq.com foxmail.com 163.com 126.com yeah.net
  sina.com sina.cn sohu.com 139.com 189.cn 21cn.com naver.com hanmail.net daum.net nate.com docomo.ne.jp ezweb.ne.jp softbank.ne.jp
  rediffmail.com bigpond.com bigpond.net.au optusnet.com.au iinet.net.au tpg.com.au xtra.co.nz uol.com.br bol.com.br terra.com.br
  ig.com.br globo.com lycos.com inbox.com hushmail.com runbox.com mailfence.com startmail.com email.com usa.com`.split(
    /\s+/,
  ),
);

const isFreeMail = (domain: string): boolean => freeMail.has(domain) || freeMailNames.test(domain);
