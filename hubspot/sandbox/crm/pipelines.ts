/** Deal pipelines and their stages. Stage ids are unique across the pipelines of a portal. */
import type { Store } from '../store.ts';

export interface Stage {
  readonly id: string;
  readonly pipelineId: string;
  readonly label: string;
  readonly displayOrder: number;
  /** Strings, as on HubSpot's wire: `isClosed` "true" or "false", `probability` "0.0" to "1.0". */
  readonly metadata: { readonly isClosed: string; readonly probability: string };
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface Pipeline {
  readonly id: string;
  readonly label: string;
  readonly displayOrder: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly stages: readonly Stage[];
}

interface StageRow {
  id: string;
  pipeline_id: string;
  label: string;
  display_order: number;
  metadata: string;
  created_at: number;
  updated_at: number;
}

export const defaultPipelineId = 'default';

const defaultStages = [
  ['appointmentscheduled', 'Appointment Scheduled', '0.2'],
  ['qualifiedtobuy', 'Qualified To Buy', '0.4'],
  ['presentationscheduled', 'Presentation Scheduled', '0.6'],
  ['decisionmakerboughtin', 'Decision Maker Bought-In', '0.8'],
  ['contractsent', 'Contract Sent', '0.9'],
  ['closedwon', 'Closed Won', '1.0'],
  ['closedlost', 'Closed Lost', '0.0'],
] as const;

export function installDefaultPipeline(store: Store, portalId: number, now: number): void {
  insertPipeline(store, portalId, { id: defaultPipelineId, label: 'Sales Pipeline', displayOrder: 0, now });
  for (const [displayOrder, [id, label, probability]] of defaultStages.entries()) {
    const metadata = { isClosed: String(id.startsWith('closed')), probability };
    saveStage(store, portalId, {
      id,
      pipelineId: defaultPipelineId,
      label,
      displayOrder,
      metadata,
      createdAt: now,
      updatedAt: now,
    });
  }
}

export function insertPipeline(
  store: Store,
  portalId: number,
  pipeline: { id: string; label: string; displayOrder: number; now: number },
): void {
  store.run(
    'INSERT INTO pipelines VALUES (?, ?, ?, ?, ?, ?)',
    portalId,
    pipeline.id,
    pipeline.label,
    pipeline.displayOrder,
    pipeline.now,
    pipeline.now,
  );
}

export function saveStage(store: Store, portalId: number, stage: Stage): void {
  store.run(
    'INSERT OR REPLACE INTO stages VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    portalId,
    stage.id,
    stage.pipelineId,
    stage.label,
    stage.displayOrder,
    JSON.stringify(stage.metadata),
    stage.createdAt,
    stage.updatedAt,
  );
}

export const allStages = (store: Store, portalId: number): Stage[] =>
  store
    .all<StageRow>(
      'SELECT * FROM stages WHERE portal_id = ? ORDER BY pipeline_id, display_order, id',
      portalId,
    )
    .map(stageFromRow);

export function findStage(store: Store, portalId: number, id: string): Stage | undefined {
  const row = store.get<StageRow>('SELECT * FROM stages WHERE portal_id = ? AND id = ?', portalId, id);
  return row && stageFromRow(row);
}

export function pipelinesOf(store: Store, portalId: number): Pipeline[] {
  const stages = allStages(store, portalId);
  return store
    .all<{ id: string; label: string; display_order: number; created_at: number; updated_at: number }>(
      'SELECT * FROM pipelines WHERE portal_id = ? ORDER BY display_order, id',
      portalId,
    )
    .map((row) => ({
      id: row.id,
      label: row.label,
      displayOrder: row.display_order,
      createdAt: row.created_at,
      updatedAt: row.updated_at,
      stages: stages.filter((stage) => stage.pipelineId === row.id),
    }));
}

export const isClosed = (stage: Stage): boolean => stage.metadata.isClosed === 'true';
export const isWon = (stage: Stage): boolean => isClosed(stage) && Number(stage.metadata.probability) === 1;

function stageFromRow(row: StageRow): Stage {
  return {
    id: row.id,
    pipelineId: row.pipeline_id,
    label: row.label,
    displayOrder: row.display_order,
    metadata: JSON.parse(row.metadata) as Stage['metadata'],
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
