import type { World } from '../world.ts';
import { stageValues } from './deal-values.ts';
import type { Stage } from './pipelines.ts';
import { type RecordRow, recordFromRow, saveRecord } from './record.ts';

/** After a stage's rules have changed, the deals in it are closed or won by the new ones. Nobody is told, as in HubSpot. */
export function recomputeStage(world: World, portalId: number, stage: Stage): void {
  const place = { portalId, type: 'deals' } as const;
  const rows = world.store.all<RecordRow>(
    `SELECT * FROM records WHERE portal_id = ? AND type = 'deals' AND json_extract(properties, '$.dealstage') = ?`,
    portalId,
    stage.id,
  );
  for (const row of rows) {
    const deal = recordFromRow(place, row);
    saveRecord(world, deal, { ...deal, values: { ...deal.values, ...stageValues(stage) } });
  }
}
