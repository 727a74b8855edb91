/** Notes on records: the simplest of HubSpot's activities, and a way to write on a record's timeline. */
import { invalid } from '../http/errors.ts';
import type { World } from '../world.ts';
import type { AssociationRequest } from './associations.ts';
import type { ObjectType } from './object-types.ts';
import { findRecord } from './record-lookup.ts';

export interface Note {
  readonly id: number;
  /** HTML. */
  readonly body: string;
  readonly at: number;
  readonly createdAt: number;
  readonly about: readonly { readonly type: ObjectType; readonly id: number }[];
}

/** HubSpot's association types from a note to a record. */
const noteTypes: Readonly<Record<number, ObjectType>> = { 202: 'contacts', 214: 'deals' };
const maxBodyLength = 65_536;
const firstNoteId = 1000;

interface NoteRow {
  id: number;
  body: string;
  at: number;
  created_at: number;
  about: string;
}

/** Throws when the note is too long or is about a record that does not exist. */
export function createNote(
  world: World,
  portalId: number,
  note: { body: string; at: number; associations: readonly AssociationRequest[] },
): Note {
  if (note.body.length > maxBodyLength)
    throw invalid(`hs_note_body is longer than ${maxBodyLength} characters.`);
  const about = note.associations.flatMap(({ to, types }) =>
    types.map(({ associationTypeId }) => {
      const type = noteTypes[associationTypeId];
      const record = type && findRecord(world, { portalId, type, id: to.id });
      if (record === undefined || record.archivedAt !== null)
        throw invalid('One or more associations are invalid');
      return { type: record.type, id: record.id };
    }),
  );
  const id = world.store.next(portalId, 'note', firstNoteId);
  const createdAt = world.now();
  world.store.run(
    'INSERT INTO notes VALUES (?, ?, ?, ?, ?, ?)',
    portalId,
    id,
    note.body,
    note.at,
    createdAt,
    JSON.stringify(about),
  );
  return { id, body: note.body, at: note.at, createdAt, about };
}

export const notesOf = ({ store }: World, portalId: number): Note[] =>
  store.all<NoteRow>('SELECT * FROM notes WHERE portal_id = ? ORDER BY id', portalId).map((row) => ({
    id: row.id,
    body: row.body,
    at: row.at,
    createdAt: row.created_at,
    about: JSON.parse(row.about) as Note['about'],
  }));
