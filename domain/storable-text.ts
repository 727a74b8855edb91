/**
 * Text as PostgreSQL can keep it, which is all but NUL and half a surrogate pair: HubSpot may hold either, and one of
 * them would cost the whole page that it stands on.
 */
export const storableText = <Text extends string | null>(text: Text): Text =>
  (text === null ? null : text.toWellFormed().replaceAll('\u0000', '')) as Text;
